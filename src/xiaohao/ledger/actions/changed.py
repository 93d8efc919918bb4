"""What a move changes, as its event carries it: each field's value before and after."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

# Who acted stands in the event itself; paths follow from units.
_LEFT_OUT = ("path", "origin_path")
_WHO = ("_account", "_post", "_post_id")


def changed(thing: Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of every field that `values` will change, for `data["changed"]`.

    Things are named as people name them (a unit by its code, a problem by its number), so that
    the trail can be read without the tables of today. Call it before the values are set.
    """
    found = {}
    for name, after in values.items():
        if name in _LEFT_OUT or name.endswith(_WHO):
            continue
        before = getattr(thing, name)
        if before != after:
            found[name] = [_plain(before), _plain(after)]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return getattr(value, "number", None) or getattr(value, "code", None) or value.pk
    return value
