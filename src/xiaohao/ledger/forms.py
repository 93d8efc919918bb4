"""The forms of the moves, made from the state table: what a move takes is what its form asks."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaohao.files.models import UploadsField
from xiaohao.kernel import clock
from xiaohao.kernel.errors import Unmet
from xiaohao.ledger.models import Measure, Problem, Source
from xiaohao.ledger.rules import Move, default_deadline
from xiaohao.triage.models import Category
from xiaohao.units.models import Unit

MEASURE_ROWS = 4
PARTS = ("text", "owner", "deadline")


def _day() -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_("Deadline"), required=False, widget=widget)


def _picker(label: Any, **attrs: str) -> forms.CharField:
    attrs["data-picker"] = reverse("units_pick")
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, required=False, max_length=200, widget=widget)


def _long(label: Any, most: int = 2000) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


class MoveForm(forms.Form):
    """One move's inputs. What is missing or wrong is judged by the move, not here."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, move: Move, problem: Problem, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.move, self.problem = move, problem
        self.fields["version"].initial = problem.version
        for name in move.inputs:
            getattr(self, f"_add_{name}")()

    def _add_reason(self) -> None:
        self.fields["reason"] = _long(_("Reason"))

    def _add_note(self) -> None:
        self.fields["note"] = _long(_("What was found or done"))

    def _add_deadline(self) -> None:
        self.fields["deadline"] = _day()
        if self.move.name == "refer":
            urgent = self.problem.urgent
            self.fields["deadline"].initial = default_deadline(clock.today(), urgent=urgent)

    def _add_unit(self) -> None:
        self.fields["unit"] = _picker(_("Unit"))
        better = self._named_owner()
        if better is not None:
            self.fields["unit"].initial = better.code
            text = _("%(unit)s was named as the one that can fix it.") % {"unit": better.name}
            self.fields["unit"].help_text = text

    def _named_owner(self) -> Unit | None:
        """Whom the unit that gave the problem back named, while nobody has it."""
        last = self.problem.referrals.select_related("better_unit").order_by("id").last()
        return last.better_unit if last and last.returned_at else None

    def _add_above(self) -> None:
        self.fields["above"] = _picker(_("Level or unit at which the root lies"))

    def _add_root(self) -> None:
        """Given by the system alone."""

    def _add_better_unit(self) -> None:
        self.fields["better_unit"] = _picker(_("Unit that can fix it (if you know it)"))

    def _add_into(self) -> None:
        help_text = _("Its number, e.g. XH-2019-000123.")
        self.fields["into"] = forms.CharField(
            label=_("Problem it belongs to"), required=False, max_length=40, help_text=help_text
        )

    def _add_files(self) -> None:
        self.fields["files"] = UploadsField(
            label=_("Photos or documents"), purpose="evidence", required=False
        )
        self.fields["kept"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def _add_measure(self) -> None:
        self.fields["measure"] = forms.ChoiceField(
            label=_("Measure"), required=False, choices=[(m.pk, m.text) for m in self._undone()]
        )

    def _add_failed(self) -> None:
        rows = self.problem.measures.filter(dropped_at=None).order_by("id")
        self.fields["failed"] = forms.MultipleChoiceField(
            label=_("Measures that are not done (none chosen: all of this round)"),
            required=False,
            choices=[(m.pk, m.text) for m in rows],
            widget=forms.CheckboxSelectMultiple,
        )

    def _add_measures(self) -> None:
        for n in range(MEASURE_ROWS):
            self.fields[f"measures.{n}.text"] = forms.CharField(
                label=_("Measure %(n)s") % {"n": n + 1}, required=False, max_length=500
            )
            self.fields[f"measures.{n}.owner"] = forms.CharField(
                label=_("Owner (post)"), required=False, max_length=120
            )
            self.fields[f"measures.{n}.deadline"] = _day()

    def _undone(self) -> Sequence[Measure]:
        return list(self.problem.measures.filter(done_at=None, dropped_at=None).order_by("id"))

    def measure_rows(self) -> list[list[forms.BoundField]]:
        """The measures' fields, three to a row."""
        if "measures.0.text" not in self.fields:
            return []
        return [[self[f"measures.{n}.{part}"] for part in PARTS] for n in range(MEASURE_ROWS)]

    def plain_fields(self) -> list[forms.BoundField]:
        """The visible fields that stand for themselves."""
        return [f for f in self.visible_fields() if not f.name.startswith("measures.")]

    def given(self) -> Mapping[str, Any]:
        """What was typed, as the move takes it; files come separately."""
        values = {
            name: self.cleaned_data.get(name)
            for name in self.move.inputs
            if name not in {"files", "measures"}
        }
        if "measures" in self.move.inputs:
            values["measures"] = [row for row in self._typed_measures() if any(row.values())]
        return values

    def _typed_measures(self) -> list[dict[str, Any]]:
        return [
            {part: self.cleaned_data.get(f"measures.{n}.{part}") for part in PARTS}
            for n in range(MEASURE_ROWS)
        ]

    def put(self, name: str, value: str) -> None:
        """Let a hidden field carry `value` when the form is shown again."""
        data = cast("QueryDict", self.data).copy()
        data[name] = value
        self.data = data

    def take(self, unmet: Sequence[Unmet]) -> None:
        """Show each unmet requirement at the field it belongs to."""
        for one in unmet:
            if one.field in self.fields:
                self.add_error(one.field, str(one.message))


class BulkForm(MoveForm):
    """The inputs of one move that is asked of many problems: the same for all of them."""

    def __init__(self, move: Move, problem: Problem | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(move, problem or Problem(), *args, **kwargs)
        del self.fields["version"]
        if move.name == "refer":
            self.fields["deadline"].initial = None
            text = _("Left empty, each problem gets the usual number of working days.")
            self.fields["deadline"].help_text = text

    def _named_owner(self) -> Unit | None:
        """Each problem has its own; here one unit is meant for all."""
        return None

    def given(self) -> Mapping[str, Any]:
        """What was typed, ready to be kept: dates as ISO text, nothing that is empty."""
        values = super().given()
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in values.items()
            if value
        }


class RegisterForm(forms.Form):
    """A problem found otherwise than by a citizen's message."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("What is wrong, where and since when"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    source = forms.ChoiceField(label=_("Found by"), choices=())
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.order_by("code"), required=False
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    urgent = forms.BooleanField(label=_("Urgent"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        elsewhere = {Source.MESSAGE, Source.ROOT}
        found = [choice for choice in Source.choices if choice[0] not in elsewhere]
        self.fields["source"] = forms.ChoiceField(label=_("Found by"), choices=found)
        self.fields["place_unit"] = _picker(_("Area"))
