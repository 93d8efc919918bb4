"""What was published, in the schema that all share: the last publication of each day is kept.

As in `registry`, every function takes a cursor and writes every name with its schema.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from xiaohao.kernel.hashing import sha256
from xiaohao.kernel.signing import is_signed
from xiaohao.tenants.registry import Entry, Executes

_PUBLISHERS: Final = """
SELECT slug, name, url, key, tenant FROM shared.publisher ORDER BY slug
"""
_TRUST: Final = """
INSERT INTO shared.publisher (slug, name, url, key, tenant) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (slug) DO UPDATE
    SET name = excluded.name, url = excluded.url, key = excluded.key, trusted_at = now()
    WHERE shared.publisher.tenant IS NOT DISTINCT FROM excluded.tenant
RETURNING slug
"""
_COLUMNS: Final = "p.publisher, p.day, p.at, p.received_at, p.hash, p.signature, p.body"
_LATEST: Final = f"""
SELECT DISTINCT ON (p.publisher) {_COLUMNS} FROM shared.publication p
ORDER BY p.publisher, p.day DESC
"""  # noqa: S608 (our own words)
_OF_DAY: Final = f"""
SELECT {_COLUMNS} FROM shared.publication p WHERE p.publisher = %s AND p.day = %s
"""  # noqa: S608 (our own words)
# Two that publish at once: the later moment stays, whoever comes first.
_PUT: Final = """
INSERT INTO shared.publication AS p (publisher, day, at, received_at, hash, signature, body)
SELECT %(publisher)s, %(day)s, %(at)s, %(received_at)s, %(hash)s, %(signature)s, %(body)s
WHERE NOT EXISTS (SELECT FROM shared.publication WHERE publisher = %(publisher)s AND day > %(day)s)
ON CONFLICT (publisher, day) DO UPDATE
    SET at = excluded.at, received_at = excluded.received_at, hash = excluded.hash,
        signature = excluded.signature, body = excluded.body
    WHERE p.at < excluded.at
RETURNING p.publisher
"""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose publications are taken.

    Attributes:
        slug: short name; of a tenant here, its own.
        name, url: for people; links to his pages begin with the address.
        key: what his signatures are checked with, 32 bytes.
        is_here: a tenant of this installation.
    """

    slug: str
    name: str
    url: str
    key: bytes
    is_here: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication as it lies here.

    Attributes:
        publisher: short name.
        day: of `at`, where the offices are.
        at: as of which moment its figures are told.
        received_at: when it came here.
        hash: SHA-256 of the body.
        body: canonical JSON, exactly what was signed.
    """

    publisher: str
    day: dt.date
    at: dt.datetime
    received_at: dt.datetime
    hash: bytes
    signature: bytes
    body: str

    def is_whole(self, key: bytes) -> bool:
        """Whether it is, byte for byte, what the holder of that key signed."""
        content = self.body.encode()
        return sha256(content) == self.hash and is_signed(content, self.signature, key)


def publishers(cursor: Executes) -> list[Publisher]:
    """Everybody whose publications are taken, by short name."""
    cursor.execute(_PUBLISHERS)
    return [
        Publisher(slug, name, url, bytes(key), is_here=tenant is not None)
        for slug, name, url, key, tenant in cursor.fetchall()
    ]


def trust(cursor: Executes, publisher: Publisher) -> bool:
    """Take publications signed with that key from now on; False where a tenant here is meant.

    Raises:
        IntegrityError: the key is somebody else's.
    """
    tenant = publisher.slug if publisher.is_here else None
    values = [publisher.slug, publisher.name, publisher.url, publisher.key, tenant]
    cursor.execute(_TRUST, values)
    return bool(cursor.fetchall())


def distrust(cursor: Executes, slug: str) -> None:
    """Take nothing from that publisher any more; what he published goes."""
    cursor.execute("DELETE FROM shared.publisher WHERE slug = %s", [slug])


def latest(cursor: Executes) -> dict[str, Publication]:
    """The last publication of everybody, by short name."""
    cursor.execute(_LATEST)
    return {row[0]: _publication(row) for row in cursor.fetchall()}


def of_day(cursor: Executes, slug: str, day: dt.date) -> Publication | None:
    """The last publication of somebody on a day."""
    cursor.execute(_OF_DAY, [slug, day])
    rows = cursor.fetchall()
    return _publication(rows[0]) if rows else None


def put(cursor: Executes, publication: Publication) -> bool:
    """Keep a publication; False where as late a one, or a later one, is here already."""
    names = ("publisher", "day", "at", "received_at", "hash", "signature", "body")
    cursor.execute(_PUT, {name: getattr(publication, name) for name in names})
    return bool(cursor.fetchall())


def expected(entries: list[Entry], known: list[Publisher]) -> list[tuple[str, str, str]]:
    """Short name, name and address of everybody from whom a publication is expected.

    Every tenant but the one that oversees, and everybody elsewhere who is trusted.
    """
    here = {one.slug: (one.slug, one.name, one.url) for one in entries if one.ready}
    for one in entries:
        if one.oversees:
            here.pop(one.slug, None)
    away = {one.slug: (one.slug, one.name, one.url) for one in known if not one.is_here}
    return [(here | away)[slug] for slug in sorted(here | away)]


def _publication(row: tuple[Any, ...]) -> Publication:
    publisher, day, at, received_at, digest, signature, body = row
    return Publication(publisher, day, at, received_at, bytes(digest), bytes(signature), body)
