"""Publications of several tenants in the tests' own database."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import connection

from xiaohao.figures.queries import definition_hash, registry
from xiaohao.kernel import clock, tenancy
from xiaohao.kernel.signing import public_key
from xiaohao.kernel.tenancy import Tenant
from xiaohao.tenants import registry as tenants
from xiaohao.tenants import shelf
from xiaohao.tenants.queries import shelved, signed
from xiaohao.tenants.rules import Place, Sheet
from xiaohao.tenants.shelf import Publication, Publisher

NATION = Tenant("cn", "https://cn.example.org", oversees=True)


def entered(slug: str, *, oversees: bool = False) -> Tenant:
    """A tenant in the registry, as if its tables were made."""
    with connection.cursor() as cursor:
        url = f"https://{slug}.example.org"
        tenants.enter(cursor, slug=slug, name=slug.upper(), url=url)
        tenants.open_up(cursor, slug)
        return tenants.appoint(cursor, slug, oversees=oversees).tenant


def sheet(slug: str, **figures: Any) -> Sheet:
    """A sheet that tells these figures of its top unit (`__` for a point), and nothing else.

    A figure that is a mapping is a spread.
    """
    told = {key.replace("__", "."): value for key, value in figures.items()}
    spreads = {key: value for key, value in told.items() if isinstance(value, dict)}
    return Sheet(
        name=slug.upper(),
        url=f"https://{slug}.example.org",
        at=clock.now(),
        seal={},
        definitions={metric.key: definition_hash(metric) for metric in registry()},
        units=[Place(slug, slug.upper(), "province")],
        figures={
            key: [sum(value.values()) if key in spreads else value] for key, value in told.items()
        },
        spreads=spreads,
    )


def lay(slug: str, told: Sheet, *, ago: dt.timedelta = dt.timedelta(), here: bool = True) -> bool:
    """Publish a sheet as that tenant; whether it was kept."""
    with tenancy.on(Tenant(slug)):
        document = signed(replace(told, at=clock.now() - ago))
        publication, _sheet, _key = shelved(document, slug)
        with connection.cursor() as cursor:
            key = public_key()
            shelf.trust(
                cursor, Publisher(slug, slug.upper(), f"https://{slug}.example.org", key, here)
            )
            return shelf.put(cursor, publication)


def kept(slug: str) -> Publication:
    """The last publication of somebody."""
    with connection.cursor() as cursor:
        return shelf.latest(cursor)[slug]
