"""A guard cannot be told to look away, neither by the library's own way nor by its setting."""

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from xiaohao.kernel.acting import SYSTEM
from xiaohao.trail import actions
from xiaohao.trail.models import Event

pytestmark = pytest.mark.django_db


def test_the_library_opens_no_guard() -> None:
    actions.note(label="people.post", thing_id=1, by=SYSTEM, kind="seen")
    with (
        pgtrigger.ignore("trail.Event:append_only"),
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
    ):
        Event.objects.all().delete()
    assert Event.objects.count() == 1


def test_no_setting_opens_a_guard() -> None:
    actions.note(label="people.post", thing_id=1, by=SYSTEM, kind="seen")
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname::text) FROM pg_trigger WHERE NOT tgisinternal")
        names = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s::text[]::text, true)", [names])
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            cursor.execute("UPDATE trail_event SET kind = 'other'")


def test_guards_installed_later_open_none() -> None:
    call_command("pgtrigger", "install", "trail.Event:append_only")  # with the library's function
    call_command("migrate", "trail", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        assert cursor.fetchall() == [("SELECT false",)]
