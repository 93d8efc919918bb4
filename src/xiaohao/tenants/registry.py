"""Which tenants there are: two tables in the schema `shared`, and a schema for each tenant.

Read by the web server, the supervisor and the commands alike, so it needs no Django: every function
takes something that executes SQL, a cursor of Django's or of psycopg's. Every name is written with
its schema, so that it is found whosever work is being done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.kernel.tenancy import Tenant, is_slug

# One statement at a time of one transaction; two processes that begin at once take turns.
TABLES: Final = """
SELECT pg_advisory_xact_lock(hashtext('shared'));
CREATE SCHEMA IF NOT EXISTS shared;
CREATE TABLE IF NOT EXISTS shared.tenant (
    slug text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z0-9_]{0,29}$'),
    name text NOT NULL CHECK (name <> ''),
    url text NOT NULL CHECK (url ~ '^https?://[^/]+$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    ready boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS shared.host (
    host text PRIMARY KEY CHECK (host = lower(host) AND host !~ '[:/]'),
    tenant text NOT NULL REFERENCES shared.tenant ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS host_tenant ON shared.host (tenant);
ALTER TABLE shared.tenant ADD COLUMN IF NOT EXISTS oversees boolean NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS shared.publisher (
    slug text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z0-9_]{0,29}$'),
    name text NOT NULL CHECK (name <> ''),
    url text NOT NULL CHECK (url ~ '^https?://[^/]+$'),
    key bytea NOT NULL UNIQUE CHECK (length(key) = 32),
    tenant text UNIQUE REFERENCES shared.tenant ON DELETE CASCADE CHECK (tenant = slug),
    trusted_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS shared.publication (
    publisher text NOT NULL REFERENCES shared.publisher ON DELETE CASCADE,
    day date NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    signature bytea NOT NULL CHECK (length(signature) = 64),
    body text NOT NULL,
    PRIMARY KEY (publisher, day)
);
"""
_NEWEST: Final = "shared.publication"
# Asked through JSON, the column may be missing: the registry is read before tables are renewed.
_ALL: Final = """
SELECT t.slug, t.name, t.url, t.created_at, t.ready,
    coalesce((to_jsonb(t) ->> 'oversees')::boolean, false),
    coalesce(array_agg(h.host ORDER BY h.host) FILTER (WHERE h.host IS NOT NULL), '{}')
FROM shared.tenant t LEFT JOIN shared.host h ON h.tenant = t.slug
GROUP BY t.slug ORDER BY t.slug
"""
_PRODUCT: Final = """
SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'django_migrations'
"""
_BYTES: Final = """
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'm')
"""


class Executes(Protocol):
    """A cursor, of Django's or of psycopg's."""

    def execute(self, query: Any, params: Any = ..., /) -> Any:
        """Run a statement."""

    def fetchall(self) -> list[Any]:
        """All rows of the last statement."""


@dataclass(frozen=True)
class Entry:
    """A tenant as the registry knows it.

    Attributes:
        slug: its short name.
        name: its name, for people.
        url: its address.
        created_at: an aware moment.
        ready: False while its tables are being made.
        oversees: whether its people see what the others publish, added up.
        hosts: names under which a browser may ask for it.
    """

    slug: str
    name: str
    url: str
    created_at: Any
    ready: bool
    oversees: bool
    hosts: tuple[str, ...]

    @property
    def tenant(self) -> Tenant:
        """For `kernel.tenancy.on`."""
        return Tenant(self.slug, self.url, self.oversees)


def furnish(cursor: Executes) -> None:
    """Make the shared tables where they are missing; nothing is locked where they are there."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_NEWEST])
    if not cursor.fetchall()[0][0]:
        cursor.execute(TABLES)


def entries(cursor: Executes) -> list[Entry]:
    """Every tenant, by short name; none where the installation was never divided."""
    cursor.execute("SELECT to_regclass('shared.tenant') IS NOT NULL")
    if not cursor.fetchall()[0][0]:
        return []
    cursor.execute(_ALL)
    return [
        Entry(slug, name, url, created_at, ready, oversees, tuple(hosts))
        for slug, name, url, created_at, ready, oversees, hosts in cursor.fetchall()
    ]


def entry(cursor: Executes, slug: str) -> Entry:
    """The tenant of that short name. Raises `Refused`, with the names there are."""
    known = entries(cursor)
    for one in known:
        if one.slug == slug:
            return one
    names = ", ".join(one.slug for one in known) or "none yet"
    raise Refused([Unmet("no_tenant", f"There is no tenant “{slug}”. Known: {names}.", "slug")])


def is_undivided(cursor: Executes) -> bool:
    """Whether `public` holds the product's own tables, which a divided installation must not."""
    cursor.execute(_PRODUCT)
    return bool(cursor.fetchall()[0][0])


def enter(cursor: Executes, *, slug: str, name: str, url: str, hosts: Sequence[str] = ()) -> Entry:
    """Write down a new tenant and make its schema, empty; asked again after a failure, go on.

    Args:
        cursor: in a transaction.
        slug: its short name.
        name: its name.
        url: where people reach it, e.g. "https://gd.example.cn"; its host is one of its hosts.
        hosts: further hosts under which it answers.

    Raises:
        Refused: a name that is none, one that is taken, or an installation that is not divided.
    """
    url = url.rstrip("/")
    check(slug, name, url)
    if is_undivided(cursor):
        text = "This installation has work of its own. Tenants need an empty one (XIAOHAO_HOME)."
        raise Refused([Unmet("not_empty", text)])
    furnish(cursor)
    known = {one.slug: one for one in entries(cursor)}
    if slug in known and known[slug].ready:
        raise Refused([Unmet("taken", f"There is a tenant “{slug}” already.", "slug")])
    cursor.execute(
        "INSERT INTO shared.tenant (slug, name, url) VALUES (%s, %s, %s)"
        " ON CONFLICT (slug) DO UPDATE SET name = excluded.name, url = excluded.url",
        [slug, name.strip(), url],
    )
    cursor.execute("DELETE FROM shared.host WHERE tenant = %s", [slug])
    for host in sorted({_host_of(url), *(host.lower() for host in hosts)}):
        owner = next((one.slug for one in known.values() if host in one.hosts), slug)
        if owner != slug:
            text = f"The host {host} belongs to the tenant “{owner}”."
            raise Refused([Unmet("host_taken", text, "host")])
        cursor.execute("INSERT INTO shared.host (host, tenant) VALUES (%s, %s)", [host, slug])
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {Tenant(slug).schema}")  # a checked name
    return entry(cursor, slug)


def open_up(cursor: Executes, slug: str) -> None:
    """Its tables are made: from now on it is served."""
    cursor.execute("UPDATE shared.tenant SET ready = true WHERE slug = %s", [slug])


def appoint(cursor: Executes, slug: str, *, oversees: bool) -> Entry:
    """Let the people at a tenant's top see what all others publish, or no longer.

    Raises:
        Refused: `no_tenant`; `overseen`, when another tenant oversees already.
    """
    entry(cursor, slug)
    other = next((one.slug for one in entries(cursor) if one.oversees and one.slug != slug), "")
    if oversees and other:
        text = f"“{other}” oversees already. First: xiaohao tenants oversee {other} --stop"
        raise Refused([Unmet("overseen", text, "slug")])
    cursor.execute("UPDATE shared.tenant SET oversees = %s WHERE slug = %s", [oversees, slug])
    return entry(cursor, slug)


def remove(cursor: Executes, slug: str) -> None:
    """Take a tenant away with everything in its schema. There is no way back but a backup."""
    found = entry(cursor, slug)
    cursor.execute(f"DROP SCHEMA IF EXISTS {found.tenant.schema} CASCADE")  # a checked name
    cursor.execute("DELETE FROM shared.tenant WHERE slug = %s", [slug])


def size(cursor: Executes, tenant: Tenant) -> int:
    """Bytes of its tables with their indexes."""
    cursor.execute(_BYTES, [tenant.schema])
    return int(cursor.fetchall()[0][0])


def spread(cursor: Executes, tenant: Tenant) -> bool:
    """Give the schema to a node of its own where Citus is installed; whether that was done.

    It must be empty or nearly so: Citus moves what is in it to the node that it chooses.
    """
    cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'citus_schema_distribute'")
    if not cursor.fetchall()[0][0]:
        return False
    cursor.execute("SELECT citus_schema_distribute(%s::regnamespace)", [tenant.schema])
    return True


def _host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def check(slug: str, name: str, url: str) -> None:
    """Refuse what cannot be a short name, a name, an address: `bad_slug`, `no_name`, `bad_url`."""
    unmet = []
    if not is_slug(slug):
        text = "A short name begins with a small letter; letters, digits and _ follow, 30 in all."
        unmet.append(Unmet("bad_slug", text, "slug"))
    if not name.strip():
        unmet.append(Unmet("no_name", "Give the tenant's name with --name.", "name"))
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        text = "Give its address with --url, e.g. https://gd.example.cn: a host and no path."
        unmet.append(Unmet("bad_url", text, "url"))
    if unmet:
        raise Refused(unmet)
