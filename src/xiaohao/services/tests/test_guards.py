"""The database refuses by itself what the rules refuse: written past every action."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from xiaohao.kernel import clock
from xiaohao.people.models import Post
from xiaohao.services import actions
from xiaohao.services.models import Call, Service, Verdict
from xiaohao.services.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


def refused(sql: str, *values: Any) -> str:
    """What the database says to a statement that it must refuse."""
    with (
        pytest.raises(DatabaseError) as said,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    return str(said.value)


UP = "UPDATE services_call SET version = version + 1, "


def test_nothing_is_delivered_unseen_or_graded_undelivered(town: make.City) -> None:
    call = make.walked(town, "taken")
    to = UP + "state = 'delivered', delivered_on = %s WHERE id = %s"
    assert "shows no delivery" in refused(to, make.DAY.date(), call.pk)
    assert "no move" in refused(UP + "state = 'graded', grade = 5 WHERE id = %s", call.pk)
    with pytest.raises(DatabaseError, match="takes no grade now"), transaction.atomic():
        verdict(town, call, town.district.post_id).save()


def verdict(town: make.City, call: Call, post: int) -> Verdict:
    unit = Post.objects.get(pk=post).unit_id
    return Verdict(
        call=call, round=call.round, grade=5, unit_id=unit, post_id=post, at=make.DAY, version=1
    )


def test_only_the_unit_that_called_grades(town: make.City) -> None:
    call = make.walked(town, "delivered")
    to = UP + "state = 'graded', grade = 5 WHERE id = %s"
    assert "no word of the caller" in refused(to, call.pk)
    for who in (town.handler, town.office, town.stranger):
        with pytest.raises(DatabaseError, match="the caller alone"), transaction.atomic():
            verdict(town, call, who.post_id).save()
    # In the caller's name, but from a post of the department.
    lent = verdict(town, call, town.handler.post_id)
    lent.unit_id = town.east.pk
    with pytest.raises(DatabaseError, match="the caller alone"), transaction.atomic():
        lent.save()


def test_a_call_stands_as_it_was_made(town: make.City) -> None:
    call = make.called(town)
    for change in ("due = due + 30", "needed = ''", f"department_id = {town.west.pk}",
                   f"caller_id = {town.west.pk}", "sealed = NULL"):  # fmt: skip
        assert "as it was made" in refused(f"{UP} {change} WHERE id = %s", call.pk)
    assert "without its event" in refused(
        "UPDATE services_call SET state = 'taken' WHERE id = %s", call.pk
    )
    assert "loses count" in refused(UP + "state = 'taken', round = 2 WHERE id = %s", call.pk)
    assert "DELETE" in refused("DELETE FROM services_call WHERE id = %s", call.pk).upper()


def test_a_department_does_not_call_itself(town: make.City) -> None:
    row = make.service(town)
    call = Call(
        service=row, department=row.department, caller=town.street, needed="x",
        called_at=make.DAY, due=make.DAY.date(), version=1,
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="no service of its own"), transaction.atomic():
        call.save()


def test_what_is_published_binds_and_keeps_its_number(town: make.City) -> None:
    row = make.service(town)
    with pytest.raises(DatabaseError, match="is no draft"), transaction.atomic():
        Service(
            list=row.list, measure=row.measure, number=9, title="x", what="x", audience="people",
            department=town.street, days=1, version=1,
        ).save()  # fmt: skip
    to = "UPDATE services_service SET version = version + 1, number = 7 WHERE id = %s"
    assert "cannot be rewritten" in refused(to, row.pk)
    back = "UPDATE services_servicelist SET version = version + 1, state = 'draft' WHERE id = %s"
    assert "no move" in refused(back, row.list_id)
    renamed = "UPDATE services_servicelist SET version = version + 1, title = 'x' WHERE id = %s"
    assert "as it was published" in refused(renamed, row.list_id)
    actions.withdraw_service(service=row, by=town.district, reason="职能划转")
    again = "UPDATE services_service SET version = version + 1, withdrawn_at = NULL WHERE id = %s"
    assert "cannot be rewritten" in refused(again, row.pk)


def test_evidence_of_one_round_does_not_do_for_the_next(town: make.City) -> None:
    call = make.walked(town, "delivered")
    actions.move(call=call, move="not_delivered", by=town.district, words="没有人来")
    actions.move(call=call, move="take", by=town.handler)
    to = UP + "state = 'delivered', delivered_on = %s WHERE id = %s"
    assert "shows no delivery" in refused(to, make.DAY.date() + dt.timedelta(1), call.pk)
