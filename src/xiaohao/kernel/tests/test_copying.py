"""What COPY reads is what was written, whatever stands in it."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.kernel.copying import Lines, array

TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"))
ROW = st.tuples(
    TEXT,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.binary(),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.lists(TEXT),
    st.lists(st.integers(-(2**63), 2**63 - 1)),
)
NAMES = ("said", "n", "b", "raw", "day", "at", "words", "numbers")
TABLE = """CREATE TEMPORARY TABLE copied (fixed text, said text, n bigint, b boolean, raw bytea,
    day date, at timestamptz, words text[], numbers bigint[], id serial) ON COMMIT DROP"""


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(TEXT, st.lists(ROW, max_size=4))
def test_rows_come_back_as_they_went(fixed: str, rows: list[tuple[Any, ...]]) -> None:
    form = Lines(("fixed", *NAMES), {"fixed": fixed}, NAMES)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copied")
        cursor.execute(TABLE)
        with cursor.copy(f"COPY copied (fixed, {', '.join(NAMES)}) FROM STDIN") as copy:
            copy.write("".join(form.lines(*zip(*rows, strict=True)) if rows else ()))
        cursor.execute(f"SELECT fixed, {', '.join(NAMES)} FROM copied ORDER BY id")  # noqa: S608 (our own names)
        found = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor]
    assert found == [(fixed, *row) for row in rows]


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(TEXT), st.lists(st.dates()), st.lists(st.booleans()))
def test_arrays_come_back_as_they_went(
    words: list[str], days: list[dt.date], truths: list[bool]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::text[], %s::date[], %s::boolean[]",
            [array(words), array(days), array(truths)],
        )
        assert cursor.fetchone() == (words, days, truths)
