"""Whose data is meant: one installation may hold many tenants, each in a schema of its own.

The tenant is a fact about the work in hand (a request, a job, a command), not about a connection;
it is kept in a context variable, so that threads and tasks never see each other's. Where nothing
has set it, the environment variable `XIAOHAO_TENANT` says it; where that is missing too there is
none, and an installation that was never divided goes on as if this file did not exist.
"""

import contextlib
import contextvars
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

Part = TypeVar("Part")
PREFIX: Final = "t_"  # a tenant's schema can never be one that something else uses
# PostgreSQL cuts names at 63 bytes; folders, schemas and hosts all bear such a name.
_SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")


@dataclass(frozen=True)
class Tenant:
    """Whose data is meant.

    Attributes:
        slug: its short name: of its schema (after `t_`), of its folder, in commands.
        url: where people reach it, without a stroke at the end; empty where not known.
        oversees: whether its people see what the other tenants publish; False where not known.
    """

    slug: str
    url: str = ""
    oversees: bool = False

    @property
    def schema(self) -> str:
        """Name of the schema that holds all its tables."""
        return PREFIX + self.slug


_current: contextvars.ContextVar[Tenant | None] = contextvars.ContextVar("tenant")


def is_slug(text: str) -> bool:
    """Whether a tenant may be called so: a small letter; letters, digits and `_`; 30 at most."""
    return _SLUG.fullmatch(text) is not None


def current() -> Tenant | None:
    """The tenant whose work is being done; None where there is none."""
    try:
        return _current.get()
    except LookupError:
        named = os.environ.get("XIAOHAO_TENANT", "")
        return Tenant(named) if is_slug(named) else None


def slug() -> str:
    """Short name of the current tenant; empty where there is none. For keys of caches and locks."""
    tenant = current()
    return tenant.slug if tenant else ""


def address(otherwise: str) -> str:
    """Where people reach the current tenant; the installation's address where it has none."""
    tenant = current()
    return (tenant.url if tenant else "") or otherwise


@contextlib.contextmanager
def on(tenant: Tenant | None) -> Iterator[None]:
    """Work for that tenant inside the block; for none with None."""
    token = _current.set(tenant)
    try:
        yield
    finally:
        _current.reset(token)


def kept(tenant: Tenant | None, parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts, each made for that tenant: for an answer that is read after its request."""
    steps = iter(parts)
    while True:
        with on(tenant):
            try:
                part = next(steps)
            except StopIteration:
                return
        yield part


def path(tenant: Tenant | None) -> tuple[str, ...]:
    """Schemas in which names are looked up, in order.

    `public` holds the extensions and, in a divided installation, none of the product's tables:
    what a tenant lacks is an error and never somebody else's.
    """
    return (tenant.schema, "public") if tenant else ("public",)


def cache_key(key: Any, prefix: str, version: Any) -> str:
    """Django's `KEY_FUNCTION`: the same key of two tenants is two keys."""
    return f"{slug()}:{prefix}:{version}:{key}"
