"""Every page that shows a list hands it out as a workbook, or says here why it does not.

The pages are found, not listed: whatever draws a table or a pager, itself or in a part it includes.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from test_permissions_walk import addresses
from tree import SOURCE

from xiaohao.exchange.lists import LEDGER, LISTS

DRAWN = re.compile(r"{% pager|<table")
BROUGHT = re.compile(r'{% (?:include|extends) "([^"]+)"')

_PREVIEW = "shows the rows of somebody's own file before they come in; the file is the workbook"
_THING = "one thing with what belongs to it; the list that it stands in goes out"
_ACCOUNT = "who logs in, and how, is no sheet; the workbook of the posts says who holds what"
_DRAWN = "its re-checks go out from their own list; the frame and the proof are files of their own"
_ABOVE = "stands above the rooms that go out; the figures' own list and the API hand these out"
_MEASURES = "the rectification list's workbook holds these measures, with the days they must begin"
STAYS: dict[str, str] = {
    "commitments_new": "a form beside the rule of what each list has to show",
    "dashboards_public": "for the public, small numbers withheld; open data come from the API",
    "dashboards_tree": _ABOVE,
    "dashboards_unit": _ABOVE,
    "escalation_root": _THING,
    "escalation_root_do": _THING,
    "exchange_batch": _PREVIEW,
    "exchange_draft": _PREVIEW,
    "exchange_import": _PREVIEW,
    "exchange_import_ledger": _PREVIEW,
    "exchange_import_list": _PREVIEW,
    "exchange_ledger_draft": _PREVIEW,
    "exchange_list_draft": _PREVIEW,
    "figures_figure": _THING,
    "figures_frozen": _THING,
    "gallery": "shows components with made-up rows",
    "ledger_schedule": _MEASURES,
    "lookback_draw": _DRAWN,
    "lookback_lay": _DRAWN,
    "lookback_public": "for the public: each round with its proof as a file anybody can check",
    "lookback_round": _DRAWN,
    "notices_inbox": "a post's own letters, each about a thing whose list goes out",
    "people_account": _ACCOUNT,
    "people_account_active": _ACCOUNT,
    "people_account_password": _ACCOUNT,
    "people_accounts": _ACCOUNT,
    "people_end": _THING,
    "people_hold": _THING,
    "people_issue": _ACCOUNT,
    "people_open_account": _ACCOUNT,
    "people_post": _THING,
    "people_post_in_use": _THING,
    "people_tokens": _ACCOUNT,
    "programmes_programme": _THING,
    "programmes_schedule": _MEASURES,
    "reference": "describes the API; what it describes is a file of its own",
    "services_list": _THING,
    "services_public": "for the public, small numbers withheld; the lists go out for those inside",
    "services_step": _THING,
    "tenants_figure": _ABOVE,
    "tenants_nation": _ABOVE,
    "tenants_tenant": _ABOVE,
    "trail_public": "seals are published as files that a program checks, not as a sheet",
    "trail_seals": "seals are published as files that a program checks, not as a sheet",
    "triage_duty": _THING,
    "triage_models": "how well each trained model did: about the machine, not the work",
    "units_unit": _THING,
}


def pages() -> dict[str, Callable[..., Any]]:
    """Every page of ours, by the name of its address."""
    return {name: inspect.unwrap(entry.callback) for name, entry in addresses()}


def strings(value: Any) -> Iterator[str]:
    """The texts in a constant, however it is nested."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from strings(one)


def templates(page: Callable[..., Any]) -> set[str]:
    """The templates that a page may draw, with those that they bring in."""
    found: set[str] = set()
    seen: set[CodeType] = set()
    waiting = [(page.__code__, page.__globals__)]
    while waiting:
        code, known = waiting.pop()
        if code in seen:
            continue
        seen.add(code)
        texts = list(strings(code.co_consts))
        waiting += [(one, known) for one in code.co_consts if isinstance(one, CodeType)]
        for name in code.co_names:
            thing = known.get(name)
            if isinstance(thing, FunctionType) and thing.__module__.startswith("xiaohao."):
                whole = inspect.unwrap(thing)
                waiting.append((whole.__code__, whole.__globals__))
            else:
                texts += strings(thing)
        found |= {text for text in texts if text.endswith(".html")}
    return found | {below for one in found for below in brought(one)}


def text_of(template: str) -> str:
    room = template.split("/", maxsplit=1)[0]
    places = (SOURCE / room / "templates" / template, SOURCE / "site" / "templates" / template)
    return next((place.read_text() for place in places if place.exists()), "")


def brought(template: str) -> set[str]:
    """What a template includes, and what that includes; the frame around every page is no list."""
    found: set[str] = set()
    for one in set(BROUGHT.findall(text_of(template))) - {"site/base.html"}:
        found |= {one} | brought(one)
    return found


def listing() -> set[str]:
    """The pages that show rows."""
    return {
        name
        for name, page in pages().items()
        if any(DRAWN.search(text_of(one)) for one in templates(page))
    }


def test_every_list_goes_out_or_says_here_why_not() -> None:
    silent = listing() - set(LISTS) - {LEDGER.page} - set(STAYS)
    assert silent == set(), "give these a Listing in exchange/lists, or say in STAYS why not"


def test_a_reason_stands_only_for_a_page_that_needs_one() -> None:
    assert set(STAYS) - listing() == set(), "these show no list any more"
    assert set(STAYS) & set(LISTS) == set(), "these go out now"
    assert [name for name, why in STAYS.items() if len(why.split()) < 4] == []


def test_pages_with_lists_are_found() -> None:
    """Else the test above would pass on a site whose lists it does not see."""
    found = listing()
    assert {"ledger_list", "escalation_passing", "units_list", "lookback_estimates"} <= found
    assert "lookback/_table.html" in templates(pages()["lookback_estimates"])
    assert {"ledger_problem", "people_me", "intake_triage"} & found == set()
