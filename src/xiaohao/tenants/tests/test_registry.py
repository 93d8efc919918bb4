"""Which tenants there are, on the tests' own database."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from xiaohao.kernel import tenancy
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.tenancy import Tenant
from xiaohao.tenants import middleware, registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cursor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The tests' database has the product's tables in `public`; look away from them."""
    monkeypatch.setattr(registry, "is_undivided", lambda _cursor: False)
    with connection.cursor() as opened:
        yield opened


def enter(cursor: Any, slug: str, **more: Any) -> registry.Entry:
    asked = {"name": slug.upper(), "url": f"https://{slug}.example.org/", **more}
    return registry.enter(cursor, slug=slug, **asked)


def code(cursor: Any, slug: str, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        enter(cursor, slug, **more)
    return refused.value.unmet[0].code


def test_an_installation_with_work_of_its_own_is_not_divided() -> None:
    with connection.cursor() as opened:
        assert registry.entries(opened) == []
        assert code(opened, "gd") == "not_empty"


def test_a_tenant_is_entered_once(cursor: Any) -> None:
    made = enter(cursor, "gd", hosts=["GD.gov.example"])
    assert made.hosts == ("gd.example.org", "gd.gov.example")
    assert made.url == "https://gd.example.org"
    assert not made.ready
    assert enter(cursor, "gd").hosts == ("gd.example.org",)  # an attempt before did not end
    registry.open_up(cursor, "gd")
    assert code(cursor, "gd") == "taken"
    assert code(cursor, "zj", hosts=["gd.example.org"]) == "host_taken"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"url": "gd.example.org"}, "bad_url"),
        ({"url": "https://example.org/gd"}, "bad_url"),
        ({"name": " "}, "no_name"),
    ],
)
def test_what_is_incomplete_is_said(cursor: Any, more: dict[str, Any], said: str) -> None:
    assert code(cursor, "gd", **more) == said


def test_a_tenant_goes_with_all_it_has(cursor: Any) -> None:
    enter(cursor, "gd")
    cursor.execute("CREATE TABLE t_gd.something (n int)")
    assert registry.size(cursor, Tenant("gd")) == 0
    registry.remove(cursor, "gd")
    assert registry.entries(cursor) == []
    cursor.execute("SELECT to_regnamespace('t_gd') IS NULL")
    assert cursor.fetchone() == (True,)
    with pytest.raises(Refused):
        registry.remove(cursor, "gd")


def test_citus_is_asked_where_it_is_there_and_only_there(cursor: Any) -> None:
    made = enter(cursor, "gd")
    assert not registry.spread(cursor, made.tenant)
    cursor.execute("CREATE TABLE asked (schema regnamespace)")
    cursor.execute(
        "CREATE FUNCTION citus_schema_distribute(schemaname regnamespace) RETURNS void"
        " LANGUAGE sql AS 'INSERT INTO asked VALUES (schemaname)'"
    )
    assert registry.spread(cursor, made.tenant)
    cursor.execute("SELECT schema::text FROM asked")
    assert cursor.fetchall() == [("t_gd",)]


def test_a_request_finds_its_tenant_by_its_host(cursor: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    enter(cursor, "gd")
    enter(cursor, "zj")
    registry.open_up(cursor, "gd")
    handle = middleware.tenant(lambda _request: HttpResponse(tenancy.slug()))

    def ask(host: str) -> tuple[int, bytes]:
        answer = handle(RequestFactory().get("/", headers={"host": host}))
        return answer.status_code, getattr(answer, "content", b"")

    assert ask("gd.example.org") == (200, b"gd")
    assert ask("GD.example.org:8000") == (200, b"gd")
    assert ask("zj.example.org")[0] == 421  # its tables are not made yet
    assert ask("example.org")[0] == 421
    assert tenancy.current() is None
