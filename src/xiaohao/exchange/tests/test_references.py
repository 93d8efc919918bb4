"""What refers without foreign keys still refers to what stands, and that stays (ADR 14)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, ForeignKey

from xiaohao.campaigns.models import Programme
from xiaohao.exchange.models import Line
from xiaohao.kernel import clock
from xiaohao.ledger import actions
from xiaohao.ledger.models import Cooperation, Measure, Problem, Referral
from xiaohao.ledger.models.problem import REFERS
from xiaohao.ledger.tests import make
from xiaohao.triage.models import Category

DUE = dt.date(2019, 9, 30)
NOWHERE = 10**12


@pytest.fixture
def town(db: None) -> Iterator[make.City]:
    with clock.at(make.DAY):
        yield make.city()


@pytest.fixture
def problem(town: make.City) -> Problem:
    rows = [actions.Listed(title="井盖缺失", text="井盖缺失", unit=town.street, deadline=DUE)]
    return Problem.objects.get(pk=actions.register_many(by=town.office, rows=rows)[0])


def given(town: make.City, problem: Problem) -> dict[type[Any], dict[str, Any]]:
    """For each model a row that may be."""
    now = clock.now()
    registered = {
        field.attname: getattr(problem, field.attname)
        for field in Problem._meta.local_concrete_fields
        if field.attname not in {"id", "version", "unit_id", "state"}
    }
    return {
        Problem: registered | {"state": "registered"},
        Referral: {
            "problem_id": problem.pk,
            "unit_id": town.east.pk,
            "by_unit_id": town.city.pk,
            "at": now,
            "deadline": DUE,
        },
        Measure: {
            "problem_id": problem.pk,
            "round": 1,
            "text": "补齐",
            "owner": "科室",
            "deadline": DUE,
        },
        Cooperation: {"problem_id": problem.pk, "unit_id": town.west.pk, "since": now},
    }


def loose() -> list[tuple[type[Any], str]]:
    """Every column of the ledger and of this room that refers without a foreign key."""
    models = (Problem, Referral, Measure, Cooperation, Line)
    return [
        (model, field.attname)
        for model in models
        for field in model._meta.local_concrete_fields
        if isinstance(field, ForeignKey) and not field.db_constraint  # type: ignore[attr-defined]
    ]


def test_every_such_column_is_looked_up_by_the_database() -> None:
    for model, column in loose():
        (refers,) = [one for one in model._meta.triggers if one.name == "refers"]
        assert f"SELECT DISTINCT {column} " in refers.func, (model, column)


def test_such_a_column_is_looked_up_again_or_never_written_again() -> None:
    kept = {"origin_unit_id", "registered_post_id"}
    assert {column for model, column in loose() if model is Problem} == {*REFERS, *kept}
    model: type[Any] = Problem
    (anew,) = [one for one in model._meta.triggers if one.name == "refers_anew"]
    for column, table in REFERS.items():
        assert f"FROM {table} t WHERE t.id = NEW.{column})" in anew.func


@pytest.mark.parametrize("column", sorted(REFERS))
def test_a_problem_is_not_changed_to_name_nothing(problem: Problem, column: str) -> None:
    # Merging and what was entered have guards of their own, which are asked first.
    first = {"merged_into_id": "one word", "category_id": "corrected", "place_unit_id": "corrected"}
    said = first.get(column, "there is no")
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(**{column: NOWHERE}, version=F("version") + 1)


def test_what_names_nothing_is_refused(town: make.City, problem: Problem) -> None:
    tried = 0
    for model, values in given(town, problem).items():
        for name in [column for one, column in loose() if one is model]:
            wrong = values | {name: NOWHERE}
            with pytest.raises(IntegrityError, match="there is no"), transaction.atomic():
                model.objects.bulk_create([model(**wrong, version=1)])
            tried += 1
        model.objects.bulk_create([model(**values, version=1)])  # what names something is not
    assert tried == 16
    line = {"key": b"k" * 32, "mark": b"m" * 32, "row": 1, "batch_id": NOWHERE}
    for wrong in ({"unit_id": NOWHERE, "problem_id": problem.pk},
                  {"unit_id": town.city.pk, "problem_id": NOWHERE}):  # fmt: skip
        with pytest.raises(IntegrityError, match="there is no"), transaction.atomic():
            Line.objects.create(**line, **wrong)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_referral SET unit_id = %(other)s",
        "UPDATE ledger_referral SET problem_id = %(other)s",
        "UPDATE ledger_referral SET by_unit_id = NULL",
        "UPDATE ledger_measure SET problem_id = %(other)s",
        "UPDATE ledger_cooperation SET unit_id = %(other)s",
        "UPDATE ledger_problem SET id = %(other)s, version = version + 1",
        "UPDATE ledger_problem SET origin_unit_id = %(unit)s, version = version + 1",
        "UPDATE ledger_problem SET registered_post_id = NULL, version = version + 1",
        "UPDATE people_post SET id = %(other)s",
        "DELETE FROM people_post",
        "TRUNCATE people_post CASCADE",
        "DELETE FROM ledger_problem",
        "UPDATE units_unit SET id = %(other)s WHERE id = %(unit)s",
        "DELETE FROM units_unit WHERE id = %(lonely)s",
        "TRUNCATE units_unit CASCADE",
        "UPDATE triage_category SET id = %(other)s WHERE id = %(category)s",
        "DELETE FROM triage_category WHERE id = %(category)s",
        "TRUNCATE triage_category CASCADE",
        "UPDATE campaigns_programme SET id = %(other)s",
        "DELETE FROM campaigns_programme",
        "TRUNCATE campaigns_programme CASCADE",
    ],
)
def test_neither_end_of_a_reference_moves(
    town: make.City, problem: Problem, statement: str
) -> None:
    for model, values in given(town, problem).items():
        model.objects.bulk_create([model(**values, version=1)])
    category = Category.objects.create(code="lonely", name="无人提起")
    Programme.objects.bulk_create([
        Programme(code="P", name="专项", unit=town.city, lead_unit=town.city, final=DUE,
                  set_up_at=clock.now(), version=1)
    ])  # fmt: skip
    values = {"other": NOWHERE, "unit": town.west.pk, "lonely": town.street.pk}
    values["category"] = category.pk
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match=r"xiaohao|pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
