"""A weak unit or hard village stands open on its list once."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from xiaohao.commitments import actions
from xiaohao.commitments.models import Entry
from xiaohao.commitments.tests.make import City, city, entry, walked
from xiaohao.kernel.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city()


@pytest.mark.parametrize("kind", ["weak", "village"])
def test_a_second_open_entry_is_refused_with_the_number_of_the_first(town: City, kind: str) -> None:
    first = entry(town, kind)
    with pytest.raises(Refused) as refused:
        entry(town, kind, title="另一条")
    (unmet,) = refused.value.unmet
    assert (unmet.code, unmet.field) == ("open_already", "unit")
    assert first.number in str(unmet.message)
    assert Entry.objects.count() == 1


def test_other_lists_other_units_and_ended_ones_stand_in_nobodys_way(town: City) -> None:
    walked(town, "done", "weak")
    entry(town, "weak")
    entry(town, "village")
    entry(town, "weak", unit=town.east)
    for _n in range(2):
        entry(town, "project")
    assert Entry.objects.count() == 6


def test_what_was_done_does_not_come_back_beside_an_open_one(town: City) -> None:
    done = walked(town, "done", "weak")
    other = entry(town, "weak")
    with pytest.raises(Refused) as refused:
        actions.move(entry=done, move="reopen", by=town.verifier, reason="又涣散了")
    (unmet,) = refused.value.unmet
    assert unmet.code == "open_already"
    assert other.number in str(unmet.message)
    actions.move(entry=other, move="withdraw", by=town.office, reason="重复录入")
    done.refresh_from_db()
    actions.move(entry=done, move="reopen", by=town.verifier, reason="又涣散了")
    assert Entry.objects.open().get() == done


def test_the_database_refuses_it_too(town: City) -> None:
    done = walked(town, "done", "weak")
    entry(town, "weak")
    again = {"state": "under_way", "version": done.version + 1}
    with pytest.raises(IntegrityError, match="commitments_open_once"), transaction.atomic():
        Entry.objects.filter(pk=done.pk).update(**again)
    other = entry(town, "weak", unit=town.east)
    with pytest.raises(DatabaseError, match="as it was entered"), transaction.atomic():
        Entry.objects.filter(pk=other.pk).update(unit=town.street, version=2)
