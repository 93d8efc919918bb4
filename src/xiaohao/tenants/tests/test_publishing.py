"""What leaves a tenant, and how it comes in elsewhere."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from xiaohao.figures.queries import spreads
from xiaohao.intake.tests.make import message
from xiaohao.kernel import clock, tenancy
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.tenancy import Tenant
from xiaohao.ledger.tests.make import City, city, problem, walk
from xiaohao.tenants import actions, queries, rules
from xiaohao.tenants.jobs import publish
from xiaohao.tenants.queries import own_sheet, signed
from xiaohao.tenants.tests import make
from xiaohao.trail.models import Event
from xiaohao.units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nation")]
ELSEWHERE = Tenant("sx", "https://sx.example.org")


@pytest.fixture
def town() -> City:
    return city()


def document(tenant: Tenant = ELSEWHERE, **more: Any) -> bytes:
    with tenancy.on(tenant):
        told = signed(replace(make.sheet("sx", ledger__open=40), **more))
    return json.dumps(told, ensure_ascii=False).encode()


def key(tenant: Tenant = ELSEWHERE) -> str:
    with tenancy.on(tenant):
        return actions.own_key()


def known() -> None:
    actions.trust(slug="sx", name="陕西省", url="https://sx.example.org", key=key())


def code(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        actions.collect(content=content, by=SYSTEM)
    return refused.value.unmet[0].code


def test_figures_of_the_top_and_one_level_below_leave_and_nothing_else(town: City) -> None:
    text = "梅江街道致和里三号楼王先生反映电梯坏了"
    message(place_unit=town.east, text=text)
    walk(town, problem(town, title="老旧小区停车难", place_unit=town.east), "closed")
    told = json.dumps(signed(own_sheet()), ensure_ascii=False)
    top = Unit.objects.get(parent=None)
    below = set(Unit.objects.filter(parent=top).values_list("code", flat=True))
    assert {unit.code for unit in own_sheet().units} == {top.code} | below
    assert "王先生" not in told
    assert "停车难" not in told
    body = json.loads(told)["publication"]
    assert set(body) == {
        "format", "name", "url", "at", "seal", "definitions", "units", "figures", "spreads", "key",
    }  # fmt: skip


def test_numbers_below_five_stay_at_home(town: City) -> None:
    for place, times in ((town.east, 7), (town.west, 3), (town.street, 0)):
        for _ in range(times):
            message(place_unit=place)
    told = own_sheet()
    row = dict(
        zip((unit.code for unit in told.units), told.figures["intake.received"], strict=True)
    )
    top = Unit.objects.get(parent=None)
    assert row[top.code] == 10
    assert row[town.west.code] == "<5"
    assert not any(isinstance(n, int) and 0 < n < 5 for row in told.figures.values() for n in row)
    # Whoever knows the total and the others' numbers does not know the small one.
    open_ones = [n for unit, n in row.items() if unit != top.code and isinstance(n, int)]
    assert 10 - sum(open_ones) != 3
    assert not any(0 < sum(spread.values()) < 5 for spread in told.spreads.values())


def test_what_is_published_is_what_the_figures_say(town: City) -> None:
    for _ in range(6):
        walk(town, problem(town, place_unit=town.east), "closed")
    told = own_sheet()
    top = Unit.objects.get(parent=None)
    keys = ["ledger.open", "ledger.done", "ledger.days_to_fix"]
    read = spreads(keys, [top])[top.pk]
    assert told.figures["ledger.done"][0] == sum(read["ledger.done"].values()) == 6
    assert told.spreads["ledger.days_to_fix"] == read["ledger.days_to_fix"]
    assert told.figures["ledger.open"][0] == 0


def test_a_tenant_publishes_for_who_oversees(town: City) -> None:
    for _ in range(8):
        message(place_unit=town.east)
    with tenancy.on(Tenant("gd")):
        made = actions.publish(by=SYSTEM)
    seen = queries.nation()
    assert seen.add("intake.received").value == 8
    assert make.kept("gd").hash == made.hash
    with tenancy.on(Tenant("gd")), pytest.raises(Refused) as refused:
        actions.publish(by=SYSTEM)  # at the same moment
    assert refused.value.unmet[0].code == "older"


def test_another_key_is_refused_until_the_former_is_forgotten(town: City) -> None:
    message(place_unit=town.east)
    make.lay("hn", make.sheet("hn", ledger__open=17), ago=dt.timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shared.publisher SET key = %s", [b"x" * 32])
    with tenancy.on(Tenant("hn")):
        with pytest.raises(Refused) as refused:
            actions.publish(by=SYSTEM)
        assert refused.value.unmet[0].code == "key_changed"
        actions.distrust(slug="hn")
        actions.publish(by=SYSTEM)
    assert make.kept("hn").at == clock.now()


def test_the_job_publishes_where_somebody_oversees(town: City) -> None:
    message(place_unit=town.east)
    with tenancy.on(make.NATION):
        assert publish(0) is False
    assert publish(0) is False  # not divided
    with tenancy.on(Tenant("gd")):
        assert publish(0) is True
    assert make.kept("gd").publisher == "gd"


def test_what_goes_into_a_file_comes_in_elsewhere_and_is_on_the_trail(town: City) -> None:
    for _ in range(8):
        message(place_unit=town.east)
    with tenancy.on(ELSEWHERE):
        told, made = actions.publish_to_file(by=SYSTEM)
    event = Event.objects.get(label="tenants.publication")
    assert event.data["hash"] == made.hash.hex()
    known()
    publisher, taken = actions.collect(content=json.dumps(told, indent=2).encode(), by=SYSTEM)
    assert (publisher.slug, taken.hash) == ("sx", made.hash)
    added = queries.nation().add("intake.received")
    assert (added.value, added.counted, len(added.parts)) == (8, 1, 4)
    assert code(json.dumps(told).encode()) == "older"  # once more


def test_what_a_stranger_signed_is_refused_with_his_key() -> None:
    with pytest.raises(Refused) as refused:
        actions.collect(content=document(), by=SYSTEM)
    assert refused.value.unmet[0].code == "unknown_publisher"
    assert key() in str(refused.value.unmet[0].message)


def test_what_was_changed_on_the_way_is_refused() -> None:
    known()
    told = json.loads(document())
    told["publication"]["figures"]["ledger.open"] = [41]
    assert code(json.dumps(told).encode()) == "bad_signature"
    assert queries.nation().add("ledger.open").value is None


def test_a_strangers_key_with_a_known_ones_name_is_refused() -> None:
    known()
    assert code(document(Tenant("other"))) == "unknown_publisher"


def test_what_is_of_tomorrow_is_refused() -> None:
    known()
    assert code(document(at=clock.now() + rules.AHEAD * 2)) == "ahead"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"publication": 3, "signature": "00"}', b"[" * 100_000,
     b'{"publication": {}, "signature": 7}', b" " * (rules.MOST_BYTES + 1)],
)  # fmt: skip
def test_what_is_no_publication_is_refused(content: bytes) -> None:
    assert code(content) == "no_publication"


def test_half_a_letter_in_a_name_is_refused() -> None:
    known()
    told = json.loads(document())
    told["publication"]["name"] = "\ud800"
    assert code(json.dumps(told).encode()) == "no_publication"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"slug": "gd"}, "taken"),
        ({"slug": "SX"}, "bad_slug"),
        ({"url": "sx.example.org"}, "bad_url"),
        ({"name": " "}, "no_name"),
        ({"key": "00"}, "bad_key"),
        ({"key": "xyz"}, "bad_key"),
    ],
)
def test_who_is_trusted_wrongly_is_said(more: dict[str, str], said: str) -> None:
    asked = {"slug": "sx", "name": "陕西省", "url": "https://sx.example.org", "key": "ab" * 32}
    with pytest.raises(Refused) as refused:
        actions.trust(**{**asked, **more})
    assert refused.value.unmet[0].code == said


def test_a_key_belongs_to_one() -> None:
    known()
    with pytest.raises(Refused) as refused:
        actions.trust(slug="sn", name="x", url="https://sn.example.org", key=key())
    assert refused.value.unmet[0].code == "key_taken"
    with pytest.raises(Refused):
        actions.distrust(slug="nobody")


def test_a_tree_without_a_top_or_with_two_is_not_published(town: City) -> None:
    Unit.objects.create(code="X", name="另一棵树", level="city", path="")
    with pytest.raises(Refused) as refused:
        own_sheet()
    assert refused.value.unmet[0].code == "many_tops"
    assert town.city.code in str(refused.value.unmet[0].message)
