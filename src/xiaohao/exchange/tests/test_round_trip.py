"""A ledger that goes out as a workbook comes back as the same problems, whatever their texts."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xiaohao.campaigns.models import Programme
from xiaohao.exchange.bringing import import_ledger
from xiaohao.exchange.ledger_sheet import written
from xiaohao.kernel import clock
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean
from xiaohao.ledger.actions import Listed, ListedMeasure, register_many
from xiaohao.ledger.models import Problem
from xiaohao.ledger.tests.make import DAY, City, city, rename, unit
from xiaohao.ledger.tests.test_programmes import drive
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit
from xiaohao.units.queries import TellingNames

pytestmark = pytest.mark.django_db

_NUMBERS = re.compile(rb">XH(-[0-9]{4}-[0-9]{6})</t>")
ODD = [
    "=1+1", "@SUM(A1)", "+86", "-1", "无", "-", "null", "#N/A", "_x000D_", "_x0041_", "1.甲；2.乙",
    "😀", "שלום", "'引号", '"', "2019.9.13", "0012", "1e5", "TRUE", "是", "标题", "编号", "a\tb",
    "甲\n乙", "、", "nan", "  x  y  ", "http://x.example", "&amp;<b>",
]  # fmt: skip
TEXT = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


def kept(most: int) -> st.SearchStrategy[str]:
    """A text as the ledger holds it: clean, masked, not empty."""
    return TEXT.map(lambda text: mask(clean(text))[:most].strip()).filter(bool)


DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2020, 9, 1))
MEASURE = st.builds(
    ListedMeasure,
    text=kept(500),
    owner=kept(120).map(lambda line: " ".join(line.split())),
    deadline=DAYS,
    days=st.integers(1, 30),
)


@st.composite
def ordered(draw: st.DrawFn) -> list[ListedMeasure]:
    """Measures, each of which waits for some of those before it."""
    made = draw(st.lists(MEASURE, max_size=4))
    return [
        replace(one, after=draw(st.lists(st.integers(0, n - 1), unique=True)) if n else ())
        for n, one in enumerate(made)
    ]


MOMENTS = st.datetimes(dt.datetime(2019, 1, 1), dt.datetime(2019, 9, 9)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=clock.ZONE)
)
PROBLEM = st.fixed_dictionaries({
    "title": kept(200).map(lambda line: " ".join(line.split())),
    "text": kept(20_000),
    "place": st.just("") | kept(200).map(lambda line: " ".join(line.split())),
    "channel": st.sampled_from(["web", "hotline", "other"]),
    "source": st.sampled_from(["self", "message", "outside"]),
    "urgent": st.booleans(),
    "track": st.sampled_from(["ledger", "spot"]),
    "received_at": MOMENTS,
    "deadline": DAYS,
    "measures": ordered(),
    "category": st.sampled_from([None, 0, 1, 2]),
    "programme": st.booleans(),
    "unit": st.sampled_from([None, "street", "twin", "east"]),
    "helpers": st.lists(st.sampled_from(["west", "city"]), unique=True),
})  # fmt: skip


@dataclass
class Twins(City):
    """A city in both of whose districts there is a street of the same name."""

    twin: Unit


def twins() -> Twins:
    """The tree and posts of such a city."""
    made = city()
    twin = unit("120201", made.west, "township")
    for one in (made.street, twin):
        rename(one, "海滨街道")
        one.refresh_from_db()
    return Twins(**vars(made), twin=twin)


def numbered_elsewhere(content: bytes) -> bytes:
    """The workbook with another office's numbers, as they are unknown to the ledger."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.namelist():
            new.writestr(part, _NUMBERS.sub(b">K\\1</t>", old.read(part)))
    return changed.getvalue()


def listed(town: City, made: dict[str, Any], programme: Programme) -> Listed:
    given = dict(made)
    nth = given.pop("category")
    given["category_id"] = None if nth is None else categories()[nth]
    given["programme_id"] = programme.pk if given.pop("programme") else None
    given["unit"] = getattr(town, made["unit"]) if made["unit"] else None
    given["helpers"] = [getattr(town, name) for name in made["helpers"]]
    return Listed(**given)


def categories() -> list[int]:
    """Some categories, by their names each of one kind."""
    return list(Category.objects.order_by("pk").values_list("pk", flat=True)[:3])


def orders(row: Problem) -> list[tuple[Any, ...]]:
    """Its measures, with the places of those that each waits for."""
    rows = list(row.measures.order_by("pk"))
    places = {m.pk: n for n, m in enumerate(rows)}
    return [(m.text, m.owner, m.deadline, m.days, [places[pk] for pk in m.after]) for m in rows]


def told(rows: Any) -> Iterator[dict[str, Any]]:
    """Everything that a workbook carries of problems."""
    for row in rows:
        yield {
            "title": row.title,
            "text": row.text,
            "place": row.place,
            "channel": row.channel,
            "source": row.source,
            "urgent": row.urgent,
            "track": row.track,
            "received_at": row.received_at,
            "deadline": row.deadline,
            "unit": row.unit_id,
            "helpers": [one.unit_id for one in row.cooperations.order_by("pk")],
            "category": row.category_id,
            "programme": row.programme_id,
            "measures": orders(row),
        }


def whole() -> Any:
    rows = Problem.objects.select_related("unit", "category", "programme").order_by("pk")
    return rows.prefetch_related("measures", "cooperations__unit")


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try reads a workbook apart
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=st.lists(PROBLEM, min_size=1, max_size=4))
def test_export_then_import_is_the_identity(made: list[dict[str, Any]]) -> None:
    with clock.at(DAY), transaction.atomic():
        town = twins()
        programme = drive(town)
        inner = transaction.savepoint()
        register_many(by=town.office, rows=[listed(town, one, programme) for one in made])
        before = list(told(whole()))
        with written(whole(), [], TellingNames(town.city.path)) as book:
            content = book.read()
        again = import_ledger(by=town.office, source=content, name="台账.xlsx")
        assert (again.imported, again.already, again.refused) == (0, len(made), 0)
        assert again.errors == []
        transaction.savepoint_rollback(inner)
        gone = import_ledger(by=town.office, source=content, name="台账.xlsx")
        assert (gone.imported, gone.refused) == (0, len(made))
        assert {error.code for error in gone.errors} == {"number_unknown"}
        content = numbered_elsewhere(content)
        report = import_ledger(by=town.office, source=content, name="台账.xlsx")
        assert [error.code for error in report.errors] == []
        assert list(told(whole())) == before
        transaction.set_rollback(True)
