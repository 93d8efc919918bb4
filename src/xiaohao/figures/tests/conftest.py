"""A database in which several connections really commit, put back in order afterwards."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase

from xiaohao.figures.tests.make import declared, keep

_TABLES = (
    "figures_entry",
    "figures_pending",
    "figures_cell",
    "figures_heavy",
    "figures_formerpath",
)


@pytest.fixture(params=["light", "cells"])
def weight(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every unit without cells, then every unit with them."""
    keep.add(request.param)
    yield request.param
    keep.clear()


@pytest.fixture
def unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django would empty every table after the test, which our triggers refuse."""
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: None)


@pytest.fixture
def committed(unflushed: None, transactional_db: None) -> Iterator[None]:
    """Let the test commit; its figures and units are removed behind the application's back."""
    declared()
    yield
    with connection.cursor() as cursor:
        for table in ("figures_entry", "figures_entry_rest"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE " + ", ".join(_TABLES))
        for table in ("figures_entry", "figures_entry_rest"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("UPDATE units_unit SET parent_id = NULL WHERE code LIKE 'T%'")
        cursor.execute("ALTER TABLE units_unit DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM units_unit WHERE code LIKE 'T%'")
        cursor.execute("ALTER TABLE units_unit ENABLE TRIGGER USER")
