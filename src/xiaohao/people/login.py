"""How allauth and axes are held: nobody signs up by himself; failures count per name."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing to count here: wrong passwords are counted by axes, by name and address.

        allauth's own count of failures stays for the second factor, which axes does not see.
        """


def name_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Whose failures are counted: the name typed, in one spelling.

    allauth finds an account whatever the case of its name; counted as typed, each spelling would
    have five tries of its own.
    """
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    return str(typed).strip().casefold()[:150]
