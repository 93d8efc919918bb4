"""The list as shown, as a file: the same rows, columns and order; nothing that runs."""

import csv
import io

import pytest
from django.urls import reverse

from xiaohao.exchange.rules.workbooks import sheets
from xiaohao.exchange.shown import _cell
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Role
from xiaohao.ledger.tests.make import DAY, City, city, problem, walk
from xiaohao.people.tests.make import holder, logged_in

pytestmark = pytest.mark.django_db
QUERY = "?sort=deadline&columns=state,title,next,deadline,due,reporters&state=open"


@pytest.fixture
def town() -> City:
    return city()


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_holds_the_columns_rows_and_order_of_the_page(town: City) -> None:
    with clock.at(DAY):
        bare = problem(town, title="=1+1")
        due = walk(town, problem(town, title="井盖缺失"), "in_progress")
        walk(town, problem(town), "closed")
        browser = logged_in(holder(town.city, Role.OFFICE))
        page = browser.get(reverse("ledger_list") + QUERY)
        answer = browser.get(reverse("exchange_shown_csv") + QUERY)
        text = lines(answer.getvalue())
        book = browser.get(reverse("exchange_shown") + QUERY).getvalue()
    heads = [str(column.head) for column in page.context["columns"]]
    assert text[0][1:] == heads
    assert [row[0] for row in text[1:]] == [due.number, bare.number]
    assert [row.problem.number for row in page.context["rows"]] == [due.number, bare.number]
    assert text[2][2] == "'=1+1"
    (_, (head, first, second)), _about = sheets(book)
    assert [str(cell) for cell in head] == text[0]
    assert first[0] == due.number
    assert second[2] == "=1+1"
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\u3000=", "\n="])
def test_no_cell_of_the_lines_runs_in_a_spreadsheet(sign: str) -> None:
    """Chinese programs take the wide signs for the narrow ones, and pass over blanks."""
    assert _cell(f"{sign}cmd|'/C calc'!A0").startswith("'")
    assert _cell(f"路灯{sign}1") == f"路灯{sign}1"


def test_nobody_gets_more_than_he_sees(town: City) -> None:
    walk(town, problem(town), "referred")
    stranger = logged_in(holder(town.west, Role.LEADER))
    answer = stranger.get(reverse("exchange_shown_csv"))
    assert len(lines(answer.getvalue())) == 1
    outside = logged_in(holder(town.city, Role.ADMINISTRATOR))
    assert outside.get(reverse("exchange_shown_csv")).status_code == 404
