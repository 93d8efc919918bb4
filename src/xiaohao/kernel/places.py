"""Addresses of pages without parts. A page asks for a hundred of them, and they never change."""

from functools import cache

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse


def place(name: str) -> str:
    """The address of the page of that URL name; "" when there is no such page."""
    return _place(name, get_urlconf(), get_script_prefix())


@cache
def _place(name: str, urlconf: str | None, prefix: str) -> str:
    del prefix  # `reverse` puts it in front; what was found holds for it alone
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""
