"""Under every list stands how many rows it has in all."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from xiaohao.kernel.paging import Total

ROOMS = Path(__file__).parents[2]
TAG = re.compile(r"{% pager (\S+) (\S+)( \S+)? %}")
# The ledger's foot counts what was found, state by state, when the list already stands.
COUNTED_BESIDE = {"ledger/templates/ledger/list.html"}


@pytest.mark.parametrize(
    ("shown", "total", "said"),
    [
        (3, 3, "3 in all"),
        (50, Total(1213), "50 on this page, 1,213 in all"),
        (50, Total(10_000, more=True), "50 on this page, more than 10,000 in all"),
        (0, Total(0), "0 in all"),
    ],
)
def test_it_says_how_many_there_are(shown: int, total: Total | int, said: str) -> None:
    page = Template("{% load house %}{% pager None shown total %}")
    context = {"request": RequestFactory().get("/"), "shown": shown, "total": total}
    with translation.override("en"):
        assert f"<p>{said}</p>" in page.render(Context(context))


def test_no_list_leaves_it_out() -> None:
    found = {
        path.relative_to(ROOMS).as_posix(): match[3]
        for path in sorted(ROOMS.glob("*/templates/**/*.html"))
        for match in TAG.finditer(path.read_text())
    }
    assert len(found) > 25
    assert {path for path, total in found.items() if not total} == COUNTED_BESIDE
