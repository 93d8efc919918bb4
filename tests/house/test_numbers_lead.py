"""No figure without its records: every number that a page shows as one is a link.

Looked for are the numbers of tables (`td.num`) and the large ones (`.figure-value`).
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import get_resolver, reverse
from test_query_counts import (
    ELSEWHERE,
    EXAMPLES,
    THIRD_PARTIES,
    USUAL,
    World,
    addresses,
    world,  # noqa: F401 (the fixture)
)

# What stands in a column of numbers and has no records of its own, page by page, with the reason.
BARE: Mapping[str, str] = {
    "commitments_entry": "sums and quantities of the entry itself, whose page it is",
    "commitments_household": "what one household was given, on its own page",
    "commitments_list": "sums of one entry, in the row that leads to it",
    "dashboards_public": "everybody reads it; records are for those who may see them",
    "dashboards_tree": "limits of chance, computed from the row's own numbers",
    "dashboards_unit": "limits of chance, computed from the row's own numbers",
    "escalation_root": "chances of the test that proposed it, and how many it looked at",
    "exchange_import": "lines of a workbook",
    "figures_frozen": "counts of a frozen figure, beside the link to its records",
    "gallery": "made up",
    "ledger_list": "how many reported one problem, in the row that leads to it",
    "ledger_schedule": "days of a measure: a plan",
    "lookback_lay": "weights of the draw: a rule",
    "lookback_rounds": "closings ripe for a draw: the link lays a round of them, for who may",
    "lookback_round": "weights and chances of the draw",
    "notices_ladder": "rungs of the ladder, in working days: a rule",
    "programmes_schedule": "days of a measure: a plan",
    "services_public": "everybody reads it; records are for those who may see them",
    "trail_public": "events of a sealed day, of which everybody sees the seal alone",
    "lookback_public": "closings in a frame, in the row that leads to its file",
    "trail_seals": "events of a sealed day, in the row that leads to its proof",
    "triage_models": "how well a model did on what it had not seen",
}
VOID = {"br", "img", "input", "meta", "link", "hr", "source", "wbr"}


class Numbers(HTMLParser):
    """Finds the numbers that lead nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []  # tag, and whether it begins a number
        self.text, self.leads, self.bare = "", False, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what opens."""
        if tag in VOID:
            return
        classes = set((dict(attrs).get("class") or "").split())
        begins = ("num" in classes and tag == "td") or "figure-value" in classes
        if begins:
            self.text, self.leads = "", False
        self.leads |= tag in {"a", "button", "textarea"}
        self.open.append((tag, begins))

    def handle_data(self, data: str) -> None:
        """Gather the words of a number."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Judge a number that ends."""
        while self.open:
            ended, begins = self.open.pop()
            if begins and not self.leads and re.search(r"\d", self.text):
                self.bare.append(" ".join(self.text.split()))
            if ended == tag:
                return


def numbers(html: str) -> list[str]:
    """The numbers of a page that lead nowhere."""
    found = Numbers()
    found.feed(html)
    return found.bare


@pytest.mark.parametrize(
    ("html", "bare"),
    [
        ('<td class="num"><a href="/">3</a></td><td class="num fit">4<br>of 5</td>', ["4of 5"]),
        ('<p class="figure-value"><b>7</b></p><td class="num">—</td><td>8</td>', ["7"]),
    ],
)
def test_bare_numbers_are_found(html: str, bare: list[str]) -> None:
    assert numbers(html) == bare


def test_every_number_leads_to_its_records(world: World) -> None:  # noqa: F811 (the fixture)
    found: dict[str, list[str]] = {}
    for name, arguments in addresses(get_resolver().url_patterns):
        if name.startswith(THIRD_PARTIES) or name in ELSEWHERE:
            continue
        things = {**USUAL, **EXAMPLES.get(name, {})}
        given = {argument: world.values[things[argument]] for argument in arguments}
        for browser in world.browsers:
            answer: Any = browser.get(reverse(name, kwargs=given))
            if answer.streaming:
                list(answer.streaming_content)  # to its end, which puts the file away
            elif answer.status_code == 200 and "text/html" in answer["Content-Type"]:
                if bare := numbers(answer.content.decode()):
                    found[name] = bare
                break
    assert {name: bare for name, bare in found.items() if name not in BARE} == {}
