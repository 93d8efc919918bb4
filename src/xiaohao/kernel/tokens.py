"""Signed texts that come back from outside: worth something only to the tenant that signed them.

Django signs with `SECRET_KEY`, one for the whole process; here the tenant's own secret is the key.
"""

from typing import Any

from django.core import signing

from xiaohao.kernel.home import secret

BadSignature = signing.BadSignature


def dumps(value: Any, *, salt: str, compress: bool = False) -> str:
    """`value` (of JSON's kinds) as a signed text that may stand in an address."""
    return signing.dumps(value, key=_key(), salt=salt, compress=compress)


def loads(text: str, *, salt: str, max_age: int | None = None) -> Any:
    """What `dumps` was given, for the same tenant and purpose, at most `max_age` seconds ago.

    Raises `BadSignature`.
    """
    return signing.loads(text, key=_key(), salt=salt, max_age=max_age)


def _key() -> str:
    return secret("django").hex()
