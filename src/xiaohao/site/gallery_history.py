"""What the gallery tells as history: changes of fields, events, what another writer did."""

import datetime as dt
from typing import Any

from django.utils.translation import get_language

from xiaohao.kernel import clock

DAY = dt.date(2019, 9, 13)
AT = dt.datetime(2019, 9, 13, 10, 2, 7, tzinfo=clock.ZONE)
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'%3E"
    "%3Crect width='4' height='3' fill='%23dceff0'/%3E%3Cpath d='M0 3l1.4-1.6.9.9.7-.8L4 3z' "
    "fill='%230b5f69'/%3E%3C/svg%3E"
)


def either(chinese: str, english: str) -> str:
    """The words in the language in force."""
    return chinese if (get_language() or "").startswith("zh") else english


def changes() -> list[dict[str, Any]]:
    """What another writer did meanwhile."""
    return [
        {
            "at": AT,
            "by": either("区城管委办公室岗", "City management, office"),
            "what": either("改了期限", "changed the deadline"),
            "before": "2019-09-20",
            "after": "2019-09-27",
        }
    ]


def fields_changed() -> list[dict[str, Any]]:
    """A change of a day, and one of a long text that was not there before."""
    by = either("市办公室 · 督办岗", "Office · supervision")
    one = {"at": AT, "by": by, "entry": "ledger.problem/123#2"}
    return [
        one
        | {
            "field": "deadline",
            "label": either("期限", "Deadline"),
            "move": either("延期获准", "more time granted"),
            "before": AT.date(),
            "after": AT.date() + dt.timedelta(days=7),
        },
        one
        | {
            "field": "text",
            "label": either("计划", "Plan"),
            "move": either("新版计划", "a new version"),
            "before": None,
            "after": either("先摸底，后施工\n逐户通知", "Survey, then works\nTell each household"),
        },
    ]


def events() -> list[dict[str, Any]]:
    """A timeline with notes, evidence and facts."""
    later = dt.timedelta(hours=5, minutes=38)
    return [
        {"at": AT, "title": either("收到（网上）", "Received (web)"), "icon": "inbox"},
        {
            "at": AT + later,
            "title": either("转办 区城管委（当日）", "Referred to city management (same day)"),
            "by": either("市办公室转办岗", "Office, triage"),
            "icon": "send",
            "tone": "blue",
            "facts": [
                (either("依据", "Basis"), either("职责清单第 12 条", "Duty list, no. 12")),
                ("SHA-256", "9f2c…77ab"),
            ],
        },
        {
            "at": AT + 3 * later,
            "title": either("现场查看，新增措施 3 条", "Seen on site, three measures added"),
            "note": either("消防通道被占用约 30 米。", "Some 30 m of the fire lane are blocked."),
            "icon": "camera",
            "tone": "teal",
            "evidence": [
                {"href": PICTURE, "thumb": PICTURE, "alt": either("现场照片", "On site")},
                {"href": "#", "alt": either("整改方案.pdf", "plan.pdf")},
            ],
        },
        {
            "at": AT + 9 * later,
            "title": either("核验不通过，退回", "Check failed, returned"),
            "icon": "corner-up-left",
            "tone": "amber",
        },
    ]
