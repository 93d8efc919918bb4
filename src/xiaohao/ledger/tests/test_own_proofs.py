"""A proof is the unit's own: no citizen's picture, and seen where it is given twice."""

import pytest
from django.urls import reverse

from xiaohao.files.actions import store
from xiaohao.kernel.acting import CITIZEN, Role
from xiaohao.kernel.errors import Refused
from xiaohao.ledger import actions
from xiaohao.ledger.models import Problem, State
from xiaohao.ledger.tests import make
from xiaohao.people.tests.make import holder, logged_in


@pytest.fixture
def city(db: None) -> make.City:
    return make.city()


def finished(city: make.City, row: Problem, red: int) -> None:
    """A measure of the problem is done, with that picture."""
    sent = actions.upload(problem=row, by=city.handler, name="a.jpg", stream=make.picture(red))
    measure = row.measures.get()
    actions.move(
        problem=row, move="finish_measure", by=city.handler, measure=measure.pk, files=[sent.pk]
    )


def test_a_citizens_picture_proves_no_fix(city: make.City) -> None:
    store(by=CITIZEN, name="现场.jpg", content=make.picture(90), purpose="photo")
    row = make.walk(city, make.problem(city), "in_progress")
    with pytest.raises(Refused) as refused:
        finished(city, row, 90)
    assert [(one.code, one.field) for one in refused.value.unmet] == [("citizens_file", "files")]
    assert row.evidence.count() == 0
    finished(city, row, 91)
    assert row.evidence.count() == 1


def test_whoever_looks_sees_that_a_picture_stands_elsewhere_too(city: make.City) -> None:
    first = make.walk(city, make.problem(city), "in_progress")
    second = make.walk(city, make.problem(city), "in_progress")
    finished(city, first, 92)
    finished(city, second, 92)
    browser = logged_in(holder(city.city, Role.OFFICE))
    page = browser.get(reverse("ledger_problem", args=[second.number])).content.decode()
    assert f"同一张照片也用于：{first.number}" in page
    other = make.walk(city, make.problem(city), "in_progress")
    finished(city, other, 93)
    page = browser.get(reverse("ledger_problem", args=[other.number])).content.decode()
    assert "同一张照片" not in page


def test_what_it_would_go_into_is_looked_at_first(city: make.City) -> None:
    row, into = make.walk(city, make.problem(city), "referred"), make.problem(city, title="另一件")
    browser = logged_in(holder(city.city, Role.OFFICE))
    here = reverse("ledger_move", args=[row.number, "merge"])
    typed = {"into": into.number, "version": row.version}
    page = browser.post(here, typed).content.decode()
    assert "另一件" in page
    assert "另一个单位负责" in page
    row.refresh_from_db()
    assert row.state == State.REFERRED
    browser.post(here, {**typed, "despite": "1"})
    row.refresh_from_db()
    assert row.state == State.MERGED
    actions.move(problem=row, move="split", by=city.office, reason="不是一件事")
    form = browser.get(reverse("ledger_move", args=[row.number, "refer"])).context["form"]
    assert form["unit"].value() == city.street.code
