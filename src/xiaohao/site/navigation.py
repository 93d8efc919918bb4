"""What stands in the navigation, and who sees it.

An entry whose page does not exist yet is left out for people, and named by `unresolved()`, on
which a test fails: nothing is missing silently.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        label: what it is called.
        page: the URL name it leads to.
        icon: of the sprite.
        group: `work`, `read` or `keep`.
        permission: value of the permission needed; "" for everybody who is logged in.
        rooms: rooms whose pages belong to this entry, where it is not its own page alone.
    """

    label: Any
    page: str
    icon: str
    group: str
    permission: str = ""
    rooms: tuple[str, ...] = ()

    def address(self) -> str:
        """Where it leads; "" when there is no such page."""
        try:
            return reverse(self.page)
        except NoReverseMatch:
            return ""

    def is_at(self, here: str, room: str) -> bool:
        """Whether the page named `here` (of `room`) lies under this entry."""
        return here == self.page or (bool(room) and room in self.rooms)


ENTRIES: tuple[Entry, ...] = (
    Entry(pgettext_lazy("navigation", "Workbench"), "dashboards:workbench", "checklist", "work"),
    Entry(pgettext_lazy("navigation", "Triage"), "intake:queue", "route", "work", "triage"),
    Entry(
        pgettext_lazy("navigation", "Ledger"),
        "ledger:list",
        "list-details",
        "work",
        "problem_view",
        ("ledger",),
    ),
    Entry(
        pgettext_lazy("navigation", "Take a call"), "intake:operator", "headset", "work", "intake"
    ),
    Entry(
        pgettext_lazy("navigation", "Import"),
        "exchange:import",
        "file-import",
        "work",
        "import",
        ("exchange",),
    ),
    Entry(pgettext_lazy("navigation", "Dashboard"), "dashboards:tree", "chart-bar", "read"),
    Entry(pgettext_lazy("navigation", "Public figures"), "dashboards:public", "news", "read"),
    Entry(
        pgettext_lazy("navigation", "Units"), "units:list", "sitemap", "keep", rooms=("units",)
    ),
    Entry(pgettext_lazy("navigation", "People"), "people:list", "users", "keep", "people_manage"),
    Entry(pgettext_lazy("navigation", "Duty list"), "triage:duties", "book", "keep", "triage"),
    Entry(pgettext_lazy("navigation", "Models"), "triage:models", "brain", "keep", "triage"),
    Entry(
        pgettext_lazy("navigation", "Trail"),
        "trail:list",
        "fingerprint",
        "keep",
        "trail_view",
        ("trail",),
    ),
    Entry(pgettext_lazy("navigation", "Access tokens"), "people:tokens", "key", "keep"),
)


def groups() -> tuple[tuple[str, Any], ...]:
    """The groups in order, with their headings."""
    return (
        ("work", pgettext_lazy("navigation", "Work")),
        ("read", pgettext_lazy("navigation", "Figures")),
        ("keep", pgettext_lazy("navigation", "Registers")),
    )


def entries(actor: Any) -> list[Entry]:
    """The entries that `actor` may use and whose pages exist; none without an actor."""
    if actor is None:
        return []
    held: Iterable[Any] = getattr(actor, "permissions", ())
    names = {str(getattr(permission, "value", permission)) for permission in held}
    return [
        entry
        for entry in ENTRIES
        if (not entry.permission or entry.permission in names) and entry.address()
    ]


def unresolved() -> list[str]:
    """The URL names of entries that lead nowhere."""
    return [entry.page for entry in ENTRIES if not entry.address()]
