"""Forms of the tree: founding, renaming, moving, merging, closing, counting heads."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.kernel import clock
from xiaohao.units.models import HeadCount, Kind, Level, Line, Sector, Unit
from xiaohao.units.queries import standing

PICKER = {"data-picker": reverse_lazy("units_pick"), "autocomplete": "off"}


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=required)


class Change(forms.Form):
    """What every change of a unit carries: how the unit stood when the form was opened."""

    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, unit: Unit, data: Any = None) -> None:
        super().__init__(data, initial=self.start(unit) | {"expected": standing(unit)})

    def start(self, unit: Unit) -> dict[str, Any]:  # noqa: ARG002 (forms say more)
        """What stands in the form when it is opened."""
        return {"day": clock.today()}


class Rename(Change):
    """Another name from a day on."""

    name = forms.CharField(label=_("Name"), max_length=200)
    short_name = forms.CharField(
        label=_("Short name"),
        max_length=80,
        required=False,
        help_text=_("Shown in lists. Left empty, it follows from the name."),
    )
    day = _day(_("From"))

    def start(self, unit: Unit) -> dict[str, Any]:
        """The names as they are."""
        return {"name": unit.name, "short_name": unit.short_name, "day": clock.today()}


class Move(Change):
    """Another superior from a day on."""

    parent = forms.CharField(
        label=_("New superior"), max_length=200, widget=forms.TextInput(attrs=PICKER)
    )
    day = _day(_("From"))


class Merge(Change):
    """The unit it is merged into."""

    into = forms.CharField(
        label=_("Merge into"), max_length=200, widget=forms.TextInput(attrs=PICKER)
    )
    day = _day(_("From"))


class Close(Change):
    """The last day."""

    day = _day(_("Closed from"))


class Kinds(Change):
    """What sort of organisation it is."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        choices=Sector.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def start(self, unit: Unit) -> dict[str, Any]:
        """As it is."""
        return {"kind": unit.kind, "sectors": unit.sectors}


class Lines(Change):
    """The lines it belongs to."""

    lines = forms.MultipleChoiceField(
        label=_("Lines"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All units below belong to the same lines. New lines are set up under "
                    "Units, Lines."),
    )  # fmt: skip

    def __init__(self, unit: Unit, data: Any = None) -> None:
        super().__init__(unit, data)
        field = self.fields["lines"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(line.code, line.label) for line in Line.objects.order_by("code")]

    def start(self, unit: Unit) -> dict[str, Any]:
        """As it is."""
        return {"lines": list(unit.lines.order_by("code").values_list("code", flat=True))}


class LineForm(forms.Form):
    """What a line is called."""

    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)


class NewLine(LineForm):
    """A line that is to be set up."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Small letters and digits, e.g. housing.")
    )
    field_order = ("code", "name", "name_en")


class Count(Change):
    """How many there were on a day."""

    measure = forms.ChoiceField(label=_("What is counted"), choices=HeadCount.Measure.choices)
    value = forms.IntegerField(label=_("How many"), min_value=0)
    day = _day(_("Day"))


class Found(Change):
    """A new unit below this one."""

    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=200)
    short_name = forms.CharField(label=_("Short name"), max_length=80, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        choices=Sector.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    founded_on = _day(_("Founded on"))

    def start(self, unit: Unit) -> dict[str, Any]:
        """One rung below the superior."""
        levels = list(Level.values)
        below = levels[min(levels.index(unit.level) + 1, len(levels) - 1)]
        return {"level": below, "kind": Kind.REGION, "founded_on": clock.today()}
