"""Forms of entries: what a move takes is what its form asks; what is missing the move judges."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaohao.commitments.models import KIND_NAMES, Entry, HouseholdNeed, NeedKind, Situation
from xiaohao.commitments.rules import SHOWN, Demand, Facts, Kind, Move, plain
from xiaohao.commitments.wording import DEMANDS
from xiaohao.files.models import UploadsField
from xiaohao.kernel.acting import Nobody
from xiaohao.kernel.errors import Unmet
from xiaohao.ledger.models import Answer, Grade
from xiaohao.triage.models import Category
from xiaohao.triage.queries import category_groups

NEED_ROWS = 3
NEED_PARTS = ("kind", "text", "category")


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, picked or typed."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **more)


def picker(label: Any, page: str, help_text: Any = "") -> forms.CharField:
    """A search with a list of offers; its value is a code."""
    widget = forms.TextInput(attrs={"data-picker": reverse(page), "autocomplete": "off"})
    return forms.CharField(
        label=label, required=False, max_length=200, widget=widget, help_text=help_text
    )


def line(label: Any, most: int = 200, help_text: Any = "", **attrs: str) -> forms.CharField:
    """One line of text."""
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(
        label=label, required=False, max_length=most, help_text=help_text, widget=widget
    )


def long_text(label: Any, most: int = 2000, rows: int = 3, help_text: Any = "") -> forms.CharField:
    """Several lines of text."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=False, max_length=most, help_text=help_text, widget=widget
    )


def category_field(
    groups: Any, empty: Any = "—", help_text: Any = ""
) -> "forms.ModelChoiceField[Category]":
    """A category of problems, chosen from `triage.queries.category_groups`."""
    rows = Category.objects.order_by("code")
    field = forms.ModelChoiceField(
        label=_("Category"), queryset=rows, required=False, help_text=help_text
    )
    field.choices = [("", empty), *groups]
    return field


def needed(form: forms.Form, *names: str) -> None:
    """Mark what must be given; the browser asks for it, the action refuses without it."""
    for name in names:
        form.fields[name].widget.attrs["required"] = True


class Told(forms.Form):
    """A form whose errors come from the action it leads to."""

    def put(self, name: str, value: str) -> None:
        """Let a hidden field carry `value` when the form is shown again."""
        data = cast("QueryDict", self.data).copy()
        data[name] = value
        self.data = data

    def take(self, unmet: Iterable[Unmet]) -> None:
        """Show each unmet requirement at the field it belongs to."""
        for one in unmet:
            if one.field in self.fields:
                self.add_error(one.field, str(one.message))


class EntryForm(Told):
    """A new entry."""

    kind = forms.ChoiceField(label=_("List"), choices=[(str(k), v) for k, v in KIND_NAMES.items()])
    title = line(_("Title"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = long_text(_("What it is about"), 20_000, 4)
        self.fields["unit"] = picker(_("Responsible unit"), "units_pick_own")
        self.fields["lead"] = picker(
            _("Post that answers for it"), "commitments_posts", _("One leader answers for it.")
        )
        self.fields["deadline"] = day_field(_("Deadline"))
        money = _("In yuan, e.g. 17000000 or 1700万. Empty where no money is needed.")
        self.fields["planned"] = line(_("Money planned"), 24, money, inputmode="text")
        self.fields["promised"] = line(
            _("Quantity promised"), 16, _("A number, e.g. 36."), inputmode="decimal"
        )
        self.fields["measure"] = line(
            _("Unit of measure"), 20, _("What is counted, e.g. parking spaces.")
        )
        self.fields["plan"] = long_text(
            _("Plan"), 20_000, 4, _("Step by step. Weak units and villages need it to start.")
        )
        needed(self, "title", "unit", "lead", "deadline")


class MoveForm(Told):
    """One move's inputs."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, move: Move, entry: Entry, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.move, self.entry = move, entry
        self.fields["version"].initial = entry.version
        for name in move.inputs:
            self._add(name)

    def _add(self, name: str) -> None:
        match name:
            case "files":
                self.fields["files"] = UploadsField(
                    label=self._files_label(),
                    purpose="evidence",
                    required=False,
                    help_text=self._files_help(),
                )
                self.fields["kept"] = forms.CharField(required=False, widget=forms.HiddenInput)
            case "deadline":
                self.fields[name] = day_field(_("New deadline"))
            case "lead":
                self.fields[name] = picker(_("Post that answers for it"), "commitments_posts")
            case "category":
                self.fields[name] = category_field(category_groups())
            case "urgent":
                self.fields[name] = forms.BooleanField(label=_("Urgent"), required=False)
            case _:
                self.fields[name] = self._text(name)

    def mark(self, facts: Facts) -> None:
        """Mark what the move refuses to go without, as the entry stands; of sums any will do."""
        needs = [need for check in self.move.needs for need in check(facts, Nobody(""), {})]
        names = {need.field for need in needs if need.code != "money_missing"}
        if "kept" in self.fields and self["kept"].value():  # sent before, and still there
            names -= {"files"}
        needed(self, *(name for name in self.fields if name in names))

    def _files_label(self) -> Any:
        shown = SHOWN[Kind(self.entry.kind)]
        match self.move.name:
            case "start" | "before":
                photo = shown.before is Demand.PHOTO
                return _("Photos before") if photo else _("Photos before, or documents")
            case "report":
                photo = shown.after is Demand.PHOTO
                return _("Photos after") if photo else _("Photos after, or documents")
        return _("Photos or documents")

    def _files_help(self) -> Any:
        """What the entry's list demands, where it demands something here."""
        shown = SHOWN[Kind(self.entry.kind)]
        if self.move.name in {"start", "before"} and shown.before is not Demand.NOTHING:
            words = _("This list demands %(what)s, at the latest before it is reported done.")
            return words % {"what": DEMANDS[shown.before]}
        if self.move.name == "report":
            words = _("This list demands %(what)s of how it is now, another one than before.")
            return words % {"what": DEMANDS[shown.after]}
        return ""

    def _text(self, name: str) -> forms.CharField:
        entry = self.entry
        match name:
            case "plan":
                return long_text(_("Plan"), 20_000, 8, _("What is done, by whom, until when."))
            case "problem":
                return line(_("Problem on the ledger"), 40, _("Its number, e.g. XH-2019-000123."))
            case "achieved":
                promised = {"promised": plain(entry.promised), "measure": entry.measure}
                label = _("Achieved of %(promised)s %(measure)s promised") % promised
                return line(label, 16, inputmode="decimal")
            case "planned" | "arrived" | "spent":
                labels = {
                    "planned": _("Planned (yuan)"),
                    "arrived": _("Arrived so far (yuan)"),
                    "spent": _("Spent so far (yuan)"),
                }
                stands = _("Stands at %s.") % plain(getattr(entry, name))
                return line(labels[name], 24, stands)
            case "reason":
                return long_text(_("Reason"))
        return long_text(_("What was done or found"))

    def shown(self) -> Sequence[forms.BoundField]:
        """The fields that people see; without a promise none for what was achieved."""
        skip = {"achieved"} if self.entry.promised is None else set()
        return [field for field in self.visible_fields() if field.name not in skip]

    def given(self) -> Mapping[str, Any]:
        """What was typed, as the move takes it; files come separately."""
        names = (name for name in self.move.inputs if name != "files")
        return {name: self.cleaned_data.get(name) for name in names}


class RoundForm(Told):
    """A new round of visits."""

    title = line(_("Title"), 120, _("E.g. Autumn visits 2019."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = picker(_("Area of the visits"), "units_pick_own")
        self.fields["starts"] = day_field(_("Begins"))
        self.fields["deadline"] = day_field(_("To be through by"))
        needed(self, "title", "unit", "deadline")


class HouseholdsForm(Told):
    """Households for the list of a round."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = picker(_("Village or community"), "units_pick_own")
        help_text = _(
            "One household on each line: house number or address, then, if it is needed, a comma "
            "and the name. Names are sealed at once; each look at one is recorded."
        )
        self.fields["rows"] = long_text(_("Households"), 200_000, 10, help_text)
        needed(self, "unit", "rows")


class VisitForm(Told):
    """A visit, for a telephone held in one hand: ticks first, little to type."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    day = day_field(_("Day of the visit"))
    situation = forms.MultipleChoiceField(
        label=_("Situation"),
        choices=Situation.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    note = long_text(_("What was said"), 2000, 3, _("Without names and telephone numbers."))
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    refer = forms.BooleanField(
        label=_("Put the needs onto the ledger at once"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed(self, "day")
        self.fields["files"] = UploadsField(
            label=_("Photos"),
            required=False,
            help_text=_("Of the house or what is missing, at most six. No faces and no names."),
        )
        kinds = [("", _("none")), *NeedKind.choices]
        groups = category_groups()
        for n in range(NEED_ROWS):
            label = _("Need %(n)s") % {"n": n + 1}
            self.fields[f"needs.{n}.kind"] = forms.ChoiceField(
                label=label, choices=kinds, required=False
            )
            self.fields[f"needs.{n}.text"] = long_text(_("What is missing"), 2000, 2)
            self.fields[f"needs.{n}.category"] = category_field(
                groups, _("that of the kind"), _("As which it stands on the ledger.")
            )

    def need_rows(self) -> list[tuple[list[forms.BoundField], bool]]:
        """The needs' fields, three to a row, and whether anything was typed there."""
        rows = [[self[f"needs.{n}.{part}"] for part in NEED_PARTS] for n in range(NEED_ROWS)]
        return [(row, any(one.value() for one in row)) for row in rows]

    def needs(self) -> list[dict[str, Any]]:
        """What was typed as needs; rows in which neither kind nor text was given are none."""
        rows = [
            {part: self.cleaned_data.get(f"needs.{n}.{part}") or "" for part in NEED_PARTS}
            for n in range(NEED_ROWS)
        ]
        return [row for row in rows if row["kind"] or row["text"]]


class ReferForm(Told):
    """A need that goes onto the ledger; several stand on one page."""

    def __init__(
        self, need: HouseholdNeed, usual: Category | None, groups: Any, **kwargs: Any
    ) -> None:
        super().__init__(auto_id=f"need{need.pk}_%s", **kwargs)
        self.fields["category"] = category_field(groups)
        self.fields["category"].initial = usual
        needed(self, "category")


class AidForm(Told):
    """Interim aid."""

    day = day_field(_("Day"))
    text = line(_("What was given"), 200, _("E.g. emergency relief, food, a heater."))
    amount = line(_("Amount (yuan)"), 16, _("Empty for aid in kind."), inputmode="decimal")


class WordForm(Told):
    """What the household says of the fix."""

    answer = forms.ChoiceField(
        label=_("Does the household say that it is solved?"),
        choices=Answer.choices,
        widget=forms.RadioSelect,
    )
    result = forms.ChoiceField(
        label=_("Its grade for the result"),
        choices=[("", _("none")), *Grade.choices],
        required=False,
    )
    words = long_text(_("What was said"), 2000, 3, _("Without names and telephone numbers."))
    day = day_field(_("Day"))


class ReasonForm(Told):
    """Why a name is needed."""

    reason = line(_("Why do you need it?"), 500)
