"""Accounts, posts and actors for tests."""

from itertools import count
from typing import Any

from django.test import Client

from xiaohao.kernel.acting import SYSTEM, Actor, Role
from xiaohao.people import actions
from xiaohao.people.models import Account, Holding, Post
from xiaohao.units.models import Unit

PASSWORD = "bridge-lantern-42"
_numbers = count(1)


def account(username: str = "") -> Account:
    """An account that can log in with `PASSWORD`."""
    name = username or f"someone{next(_numbers)}"
    made, _password = actions.open_account(by=SYSTEM, username=name, password=PASSWORD)
    return made


def post(unit: Unit, role: Role | str = Role.OFFICE, code: str = "") -> Post:
    """A post at a unit."""
    role = Role(role)
    code = code or f"{role.value}-{next(_numbers)}"
    title = f"Post {code}"
    return actions.open_post(by=SYSTEM, code=code, title=title, unit=unit, role=role)


def holder(unit: Unit, role: Role | str = Role.OFFICE) -> Holding:
    """A new account holding a new post at `unit`."""
    return actions.hold_post(by=SYSTEM, account=account(), post=post(unit, role))


def actor(unit: Unit, role: Role | str = Role.OFFICE) -> Actor:
    """Somebody acting from a new post at `unit`."""
    held = holder(unit, role)
    return held.post.actor(account_id=held.account_id)


def logged_in(held: Holding) -> Client:
    """A browser in which the holder is logged in."""
    client = Client()
    client.force_login(held.account)
    return client


def token(of: Post, *scopes: str) -> str:
    """The secret of a new token of that post: with all of its permissions, or those named."""
    _token, raw = actions.issue_token(by=SYSTEM, post=of, scopes=scopes or "all")
    return raw


def with_token(of: Post, *scopes: str) -> dict[str, Any]:
    """The header that a program of that post sends; for `Client` calls: `**make.with_token(…)`."""
    return {"HTTP_AUTHORIZATION": f"Bearer {token(of, *scopes)}"}
