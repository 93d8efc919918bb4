"""The form field by which people pick a unit: a code behind, a name in front."""

from typing import Any

from django import forms

from xiaohao.units.matching import meant
from xiaohao.units.models import Unit
from xiaohao.units.rules import ids


class UnitPicker(forms.TextInput):
    """A search with a list; shows a unit that stands in it by its name, never by its code."""

    def __init__(self, address: Any, attrs: dict[str, Any] | None = None) -> None:
        """`address` answers `?q=` with the units to choose from (`units_pick` and its like)."""
        super().__init__(attrs={"data-picker": address, "autocomplete": "off", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The name goes into the field itself where it alone says which unit is meant."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        unit = Unit.objects.filter(code=str(value)[:40]).first() if value else None
        if unit is not None:
            said, is_enough = told(unit)
            context["widget"]["attrs"]["data-label"] = said
            context["widget"]["value"] = said if is_enough else unit.code
        return context

    def read(self, value: Any) -> str:
        """What stands in the field, as people read it."""
        unit = Unit.objects.filter(code=str(value)[:40]).first()
        return told(unit)[0] if unit else str(value)


def told(unit: Unit) -> tuple[str, bool]:
    """How a unit is called so that no other is meant, and whether that can be typed for it.

    Its short name; its whole one where others bear the short one, too; with its superior where
    others bear that as well, or where it is closed and nobody can name it any more.
    """
    for name in dict.fromkeys((unit.shown, unit.name)):
        match = meant(name, "")
        if match and match.unit == unit and match.is_sure and not match.others:
            return name, True
    above = Unit.objects.filter(pk__in=ids(unit.path)[:-1]).order_by("-path").first()
    return (f"{unit.name} ({above.shown})" if above else unit.name), False
