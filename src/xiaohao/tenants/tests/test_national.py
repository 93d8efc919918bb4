"""Sums over what several tenants have published, and who is left out of them, and why."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from xiaohao.kernel import tenancy
from xiaohao.kernel.errors import Refused
from xiaohao.tenants import queries, registry, shelf
from xiaohao.tenants.queries import Why
from xiaohao.tenants.rules import Freshness
from xiaohao.tenants.tests import make
from xiaohao.tenants.tests.make import lay, sheet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nation")]

OPEN, SOLVED, MEDIAN = "ledger.open", "ledger.solved_rate", "ledger.days_to_fix_median"
HOUR = dt.timedelta(hours=1)


def rated(slug: str, part: int, whole: int, **more: Any) -> Any:
    metric = queries.nation().add(SOLVED).metric
    keys = {metric.numerator.replace(".", "__"): part, metric.denominator.replace(".", "__"): whole}
    return sheet(slug, **keys, **more)


def why(key: str) -> dict[str, Why | None]:
    return {part.member.slug: part.why for part in queries.nation().add(key).parts}


def test_counts_shares_and_medians_add_up() -> None:
    lay("gd", rated("gd", 90, 100, ledger__open=1000, ledger__days_to_fix={1: 60, 30: 40}))
    lay("hn", rated("hn", 10, 100, ledger__open=17, ledger__days_to_fix={2: 10, 300: 90}))
    lay("zj", rated("zj", 0, 0, ledger__open=0, ledger__days_to_fix={}))
    seen = queries.nation()
    assert seen.add(OPEN).value == 1017
    lay("hn", rated("hn", 100, 1000), ago=-dt.timedelta(seconds=1))
    assert queries.nation().add(SOLVED).value == Decimal("0.1727")  # 190 of 1,100
    assert seen.add(MEDIAN).value == 30  # neither 1 nor 300, nor anything between the two medians
    assert [part.value for part in seen.add(MEDIAN).parts] == [1, 300, None]
    assert (seen.add(OPEN).counted, seen.add(OPEN).is_whole) == (3, True)


def test_the_one_who_oversees_is_not_expected_to_publish() -> None:
    assert [member.slug for member in queries.nation().members] == ["gd", "hn", "zj"]


def test_who_is_old_or_has_not_published_is_named_and_not_added() -> None:
    lay("gd", sheet("gd", ledger__open=1000))
    lay("hn", sheet("hn", ledger__open=17), ago=25 * HOUR)
    added = queries.nation().add(OPEN)
    assert (added.value, added.counted, len(added.parts)) == (1000, 1, 3)
    assert why(OPEN) == {"gd": None, "hn": Why.OLD, "zj": Why.NONE}


def test_the_age_of_the_oldest_part_is_told() -> None:
    lay("gd", sheet("gd", ledger__open=1000))
    lay("hn", sheet("hn", ledger__open=17), ago=3 * HOUR)
    added = queries.nation().add(OPEN)
    assert (added.value, added.counted, added.oldest) == (1017, 2, 3 * HOUR)
    freshness = {one.slug: one.freshness for one in queries.nation().members}
    assert freshness == {
        "gd": Freshness.FRESH, "hn": Freshness.LATE, "zj": Freshness.NONE,
    }  # fmt: skip


def test_what_is_defined_otherwise_is_named_and_not_added() -> None:
    lay("gd", sheet("gd", ledger__open=1000, ledger__overdue=7))
    told = sheet("hn", ledger__open=17, ledger__overdue=6)
    lay("hn", replace(told, definitions={**told.definitions, OPEN: "0" * 64}))
    fewer = {key: value for key, value in told.definitions.items() if key != OPEN}
    lay("zj", replace(told, definitions=fewer, name="ZJ"))
    assert queries.nation().add(OPEN).value == 1000
    assert why(OPEN) == {"gd": None, "hn": Why.DIFFERS, "zj": Why.LACKS}
    assert queries.nation().add("ledger.overdue").value == 19


def test_a_share_whose_denominator_is_defined_otherwise_is_not_added_either() -> None:
    lay("gd", rated("gd", 90, 100))
    told = rated("hn", 10, 100)
    whole = queries.nation().add(SOLVED).metric.denominator
    lay("hn", replace(told, definitions={**told.definitions, whole: "0" * 64}))
    assert queries.nation().add(SOLVED).value == Decimal("0.9")
    assert why(SOLVED)["hn"] is Why.DIFFERS


def test_what_is_too_small_to_be_told_is_named_and_not_added() -> None:
    lay("gd", sheet("gd", ledger__open=1000))
    lay("hn", sheet("hn", ledger__open="<5"))
    assert queries.nation().add(OPEN).value == 1000
    assert why(OPEN)["hn"] is Why.SMALL


def test_what_was_changed_behind_the_application_is_not_added() -> None:
    lay("gd", sheet("gd", ledger__open=1000))
    lay("hn", sheet("hn", ledger__open=17))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE shared.publication SET body = replace(body, '[17]', '[71]')"
            " WHERE publisher = 'hn'"
        )
    assert queries.nation().add(OPEN).value == 1000
    assert why(OPEN)["hn"] is Why.BROKEN


def test_a_publication_signed_by_another_tenant_is_not_added() -> None:
    lay("gd", sheet("gd", ledger__open=1000))
    lay("hn", sheet("hn", ledger__open=17))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE shared.publication g SET body = h.body, hash = h.hash, signature = h.signature"
            " FROM shared.publication h WHERE g.publisher = 'gd' AND h.publisher = 'hn'"
        )
    assert why(OPEN) == {"gd": Why.BROKEN, "hn": None, "zj": Why.NONE}


def test_an_earlier_publication_never_takes_the_place_of_a_later_one() -> None:
    assert lay("gd", sheet("gd", ledger__open=2), ago=HOUR)
    assert lay("gd", sheet("gd", ledger__open=3))
    assert not lay("gd", sheet("gd", ledger__open=2), ago=HOUR)
    assert not lay("gd", sheet("gd", ledger__open=1), ago=30 * HOUR)
    assert queries.nation().add(OPEN).value == 3
    assert lay("gd", sheet("gd", ledger__open=4), ago=-30 * HOUR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shared.publication")
        assert cursor.fetchone() == (2,)  # the last of each day


def test_a_tenant_goes_with_what_it_has_published() -> None:
    lay("gd", sheet("gd", ledger__open=1000))
    with connection.cursor() as cursor:
        registry.remove(cursor, "gd")
        assert shelf.latest(cursor) == {}
        assert shelf.publishers(cursor) == []


def test_there_is_one_who_oversees() -> None:
    with connection.cursor() as cursor:
        with pytest.raises(Refused) as refused:
            registry.appoint(cursor, "gd", oversees=True)
        assert refused.value.unmet[0].code == "overseen"
        registry.appoint(cursor, "cn", oversees=False)
        assert registry.appoint(cursor, "gd", oversees=True).tenant.oversees


def test_numbers_lead_to_the_publishers_own_page_as_of_that_moment() -> None:
    lay("gd", sheet("gd", ledger__open=1000))
    part = queries.nation().add(OPEN).parts[0]
    address = part.member.address(OPEN)
    assert address.startswith("https://gd.example.org/figures/ledger.open/?unit=gd&asof=2019-")
    assert tenancy.current() is None
    assert make.kept("gd").is_whole(make.kept("gd").signature) is False  # no key of 32 bytes
