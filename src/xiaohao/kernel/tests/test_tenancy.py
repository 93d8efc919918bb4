"""Whose data is meant, and that a connection never answers for somebody else."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core import signing
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaohao.kernel import home, tenancy, tokens
from xiaohao.kernel.routed.base import DatabaseWrapper, TenantMixup
from xiaohao.kernel.tenancy import Tenant

A, B = Tenant("a"), Tenant("b", "https://b.example.org")


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIAOHAO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def routed(transactional_db: None) -> Iterator[DatabaseWrapper]:
    """A connection as divided installations have it, beside the one of the tests."""
    made = DatabaseWrapper(dict(connections["default"].settings_dict), alias="default")
    with made.cursor() as cursor:
        for tenant in (A, B):
            cursor.execute(f"CREATE SCHEMA {tenant.schema}")
            cursor.execute(
                f"CREATE TABLE {tenant.schema}.whose AS SELECT %s AS name", [tenant.slug]
            )
    yield made
    with tenancy.on(None), made.cursor() as cursor:
        for tenant in (A, B):
            cursor.execute(f"DROP SCHEMA {tenant.schema} CASCADE")
    made.close()


def whose(connection: DatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM whose")
        return str(cursor.fetchone()[0])


def test_each_finds_its_own_on_one_connection(routed: DatabaseWrapper) -> None:
    for tenant in (A, B, B, A):
        with tenancy.on(tenant):
            assert whose(routed) == tenant.slug
    with pytest.raises(Exception, match='relation "whose" does not exist'):
        whose(routed)


def test_what_is_rolled_back_does_not_leave_the_path_behind(routed: DatabaseWrapper) -> None:
    with tenancy.on(A):
        whose(routed)
    with tenancy.on(B):
        routed.set_autocommit(False)
        assert whose(routed) == "b"
        routed.rollback()
        routed.set_autocommit(True)
        assert whose(routed) == "b"
    with tenancy.on(A):
        assert whose(routed) == "a"


def test_a_transaction_begun_for_one_is_not_used_for_another(routed: DatabaseWrapper) -> None:
    with tenancy.on(A):
        whose(routed)
        routed.set_autocommit(False)
        routed.in_atomic_block = True
        with tenancy.on(B), pytest.raises(TenantMixup):
            whose(routed)
        assert whose(routed) == "a"
        routed.in_atomic_block = False
        routed.rollback()
        routed.set_autocommit(True)


def test_a_connection_made_again_knows_whose_it_is(routed: DatabaseWrapper) -> None:
    with tenancy.on(A):
        assert whose(routed) == "a"
        routed.close()
        assert whose(routed) == "a"
    with tenancy.on(B):
        assert f"search_path={B.schema},public" in routed.get_connection_params()["options"]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(st.tuples(st.sampled_from([A, B]), st.booleans(), st.booleans()), max_size=12)
)
def test_no_order_of_work_mixes_two_up(
    routed: DatabaseWrapper, steps: list[tuple[Tenant, bool, bool]]
) -> None:
    connections["default"].close()
    for tenant, lost, undone in steps:
        if lost:
            routed.close()
        with tenancy.on(tenant):
            routed.set_autocommit(False)
            assert whose(routed) == tenant.slug
            (routed.rollback if undone else routed.commit)()
            routed.set_autocommit(True)
            assert whose(routed) == tenant.slug


def test_threads_do_not_see_each_others_tenant() -> None:
    gate = threading.Barrier(2)

    def work(tenant: Tenant) -> str:
        with tenancy.on(tenant):
            gate.wait(10)
            return tenancy.slug()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [A, B])) == ["a", "b"]
    assert tenancy.current() is None


def test_what_is_read_later_is_made_for_whom_it_was_asked() -> None:
    parts = tenancy.kept(A, (tenancy.slug() for _ in range(2)))
    with tenancy.on(B):
        assert list(parts) == ["a", "a"]
        assert tenancy.slug() == "b"


def test_the_environment_says_whose_a_command_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOHAO_TENANT", "gd")
    assert tenancy.current() == Tenant("gd")
    monkeypatch.setenv("XIAOHAO_TENANT", "gd; DROP SCHEMA public")
    assert tenancy.current() is None


@pytest.mark.parametrize("bad", ["", "1a", "a-b", "A", "ä", "a" * 31, "a\n", "_a"])
def test_some_names_are_none(bad: str) -> None:
    assert not tenancy.is_slug(bad)


def test_files_and_secrets_are_each_tenants_own(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {home.secret("contact")}
    for tenant in (A, B):
        with tenancy.on(tenant):
            assert home.folder("files") == own_home / "tenants" / tenant.slug / "files"
            assert home.folder("logs") == own_home / "logs"
            keys.add(home.secret("contact"))
            assert home.secret_text("database-xiaohao") == home.secret_text("database-xiaohao")
    assert len(keys) == 3
    assert (own_home / "secrets" / "database-xiaohao").exists()
    assert not (own_home / "tenants" / "a" / "secrets" / "database-xiaohao").exists()
    monkeypatch.setenv("XIAOHAO_SECRET_CONTACT", "one for all of them, long enough to be one")
    given = {home.secret("contact")}
    for tenant in (A, B):
        with tenancy.on(tenant):
            given.add(home.secret("contact"))
    assert len(given | keys) == 6


@pytest.mark.usefixtures("own_home")
def test_a_signed_text_is_worth_nothing_elsewhere() -> None:
    with tenancy.on(A):
        text = tokens.dumps([1], salt="s")
        assert tokens.loads(text, salt="s") == [1]
    with tenancy.on(B), pytest.raises(tokens.BadSignature):
        tokens.loads(text, salt="s")
    with pytest.raises(tokens.BadSignature):
        tokens.loads(text, salt="s")


def test_without_tenants_a_signed_text_is_as_it_always_was() -> None:
    assert tokens.loads(signing.dumps([1], salt="s"), salt="s") == [1]


def test_caches_keep_tenants_apart() -> None:
    with tenancy.on(A):
        one = tenancy.cache_key("k", "", 1)
    with tenancy.on(B):
        assert tenancy.cache_key("k", "", 1) != one


def test_address() -> None:
    with tenancy.on(B):
        assert tenancy.address("https://all.example.org") == "https://b.example.org"
    with tenancy.on(A):
        assert tenancy.address("https://all.example.org") == "https://all.example.org"
