"""The forms of the moves, made from the state table: what a move takes is what its form asks."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaohao.campaigns.models import Programme
from xiaohao.files.models import UploadsField
from xiaohao.kernel import clock
from xiaohao.kernel.acting import SYSTEM, Actor, Nobody, Role
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.paths import ids
from xiaohao.ledger.models import Measure, Problem
from xiaohao.ledger.owners import owner_field, owners_of, usual_owner
from xiaohao.ledger.queries import is_within_reach, named_owner
from xiaohao.ledger.rules import AMENDABLE, Facts, Move, default_deadline, needed, without
from xiaohao.ledger.scheduling import in_turn
from xiaohao.people.queries import posts_within
from xiaohao.triage.queries import category_codes
from xiaohao.units.models import Unit
from xiaohao.units.queries import UnitPicker

MEASURE_ROWS = 6
PARTS = ("text", "owner", "days", "after", "deadline")
PARTNER_ROWS = 3
# Where a form does not read in the order in which its move names what it takes.
_READ_AS = {
    "correct": ["title", "category", "place", "place_unit", "urgent", "note", "reason"],
    "refer": ["unit", "category", "deadline", "reason"],
}
LEADING = (Role.LEADER, Role.OFFICE)  # roles whose posts may be named to answer for a problem


def _day() -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_("Deadline"), required=False, widget=widget)


def picker(label: Any, address: str = "units_pick") -> forms.CharField:
    """A unit, picked from the list that the page of that name gives."""
    widget = UnitPicker(reverse(address))
    return forms.CharField(label=label, required=False, max_length=200, widget=widget)


def _line(label: Any, most: int, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


def _long(label: Any, most: int = 2000) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


def mark_needed(form: forms.Form, names: Iterable[str]) -> None:
    """Let the browser ask for these fields, and their labels not call them optional."""
    for name in names:
        if name in form.fields and not form.fields[name].widget.is_hidden:
            form.fields[name].widget.attrs["required"] = True


class _Chosen(forms.MultipleChoiceField):
    """Several of a list; one that is no longer on it is told by the move, in sight of why."""

    def valid_value(self, value: Any) -> bool:  # noqa: ARG002 (Django's name)
        """Whether it is on the list: judged by the move."""
        return True


class Taking(forms.Form):
    """A form of which something else judges what was filled in."""

    def take(self, unmet: Sequence[Unmet]) -> None:
        """Show each unmet requirement at the field it belongs to."""
        for one in unmet:
            if one.field in self.fields:
                self.add_error(one.field, str(one.message))


class MoveForm(Taking):
    """One move's inputs. What is missing or wrong is judged by the move, not here."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, move: Move, problem: Problem, *args: Any, by: Actor | Nobody = SYSTEM, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.move, self.problem, self.by = move, problem, by
        self.owners: list[str] | None = None
        self.fields["version"].initial = problem.version
        self.chosen = self._named_measure() if move.name == "amend_measure" else None
        for name in move.inputs:
            getattr(self, f"_add_{name}")()
        if self.chosen is not None:
            self._stand_as(self.chosen)
        self.order_fields(_READ_AS.get(move.name, ()))

    def _add_reason(self) -> None:
        self.fields["reason"] = _long(_("Reason"))
        if self.move.name == "recall":
            text = _("The unit that it is taken back from reads this.")
            self.fields["reason"].help_text = text
        if self.move.name == "correct":
            text = _("The unit that has it is told, and reads this.")
            self.fields["reason"].help_text = text

    def _add_note(self) -> None:
        if self.move.name == "correct":
            self.fields["note"] = _long(_("To be read otherwise in what was reported"))
            text = _("What was reported stays as it was said; this stands beside it.")
            self.fields["note"].help_text = text
            return
        if self.move.name != "comment":
            self.fields["note"] = _long(_("What was found or done"))
            return
        self.fields["note"] = _long(_("Comment"))
        here = reverse("ledger_mentions", args=[self.problem.number])
        self.fields["note"].widget.attrs["data-mentions"] = here
        text = _("@ names a post that can see this problem; it gets a notice.")
        self.fields["note"].help_text = text

    def _add_deadline(self) -> None:
        self.fields["deadline"] = _day()
        if self.move.name == "refer":
            urgent = self.problem.urgent
            self.fields["deadline"].initial = default_deadline(clock.today(), urgent=urgent)
        if self.move.name == "amend_measure" and self.problem.due:
            text = _("Left empty, it is scheduled back from %(day)s in working days.")
            self.fields["deadline"].help_text = text % {"day": self.problem.due.isoformat()}

    def _add_unit(self) -> None:
        self.fields["unit"] = picker(_("Unit"), "units_pick_own")
        better = self._named_owner()
        if better is not None:
            if is_within_reach(better, self.by):
                self.fields["unit"].initial = better.code
            text = _("%(unit)s was named as the one that can fix it.") % {"unit": better.name}
            self.fields["unit"].help_text = text

    def _named_owner(self) -> Unit | None:
        """Whom the unit that gave the problem back named, while nobody has it."""
        return named_owner(self.problem)

    def _add_title(self) -> None:
        self.fields["title"] = _line(_("Title"), 200)
        self.fields["title"].initial = self.problem.title

    def _add_category(self) -> None:
        now = self.problem.category
        choices: list[Any] = list(category_codes())
        if self.move.name == "correct" or now is None:  # handing it on takes none away
            choices = [("", _("not set")), *choices]
        self.fields["category"] = forms.ChoiceField(
            label=_("Category"), required=False, choices=choices, initial=now.code if now else ""
        )

    def _add_place(self) -> None:
        self.fields["place"] = _line(_("Place"), 200)
        self.fields["place"].initial = self.problem.place

    def _add_place_unit(self) -> None:
        self.fields["place_unit"] = picker(_("Area"))
        area = self.problem.place_unit
        self.fields["place_unit"].initial = area.code if area else ""

    def _add_urgent(self) -> None:
        self.fields["urgent"] = forms.BooleanField(
            label=_("Urgent"), required=False, initial=self.problem.urgent
        )
        text = _("The deadline stays as it is.")
        self.fields["urgent"].help_text = text

    def _add_above(self) -> None:
        self.fields["above"] = picker(_("Level or unit at which the root lies"))

    def _add_root(self) -> None:
        """Given by the system alone."""

    def _add_better_unit(self) -> None:
        self.fields["better_unit"] = picker(_("Unit that can fix it"))
        text = _("It may lie outside your area. The office sees it as a proposal.")
        self.fields["better_unit"].help_text = text

    def _add_owner_unknown(self) -> None:
        self.fields["owner_unknown"] = _line(_("Not known whose it is: why"), 500)
        text = _("Only where you name no unit.")
        self.fields["owner_unknown"].help_text = text

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
        if self.move.name == "amend_measure":
            hidden = forms.HiddenInput
            self.fields["measure"] = forms.CharField(required=False, max_length=20, widget=hidden)
            return
        self.fields["measure"] = forms.ChoiceField(
            label=_("Measure"), required=False, choices=in_turn(self.problem)
        )

    def _named_measure(self) -> Measure | None:
        """The measure to amend: the one that was named, else the first that is not done."""
        named = str(self.data.get("measure") or self.initial.get("measure") or "")
        rows = self._undone()
        return next((row for row in rows if str(row.pk) == named or not named), None)

    def _stand_as(self, measure: Measure) -> None:
        """Show the measure as it stands, in the order in which it reads."""
        standing = without(
            {row.pk: row.after for row in self.problem.measures.exclude(dropped_at=None)},
            measure.after,
        )
        for name in AMENDABLE:
            self.fields[name].initial = getattr(measure, name)
        self.fields["after"].initial = standing
        self.initial["measure"] = measure.pk
        self.order_fields(["text", "owner", "days", "deadline", "after", "reason"])

    def _add_text(self) -> None:
        self.fields["text"] = _line(_("What is done"), 500)

    def _add_days(self) -> None:
        self.fields["days"] = _line(_("Working days"), 5, inputmode="numeric")

    def _add_after(self) -> None:
        rows = self.problem.measures.filter(dropped_at=None).order_by("id")
        others = [row for row in rows if row != self.chosen]
        self.fields["after"] = _Chosen(
            label=_("Waits for"),
            required=False,
            choices=[(row.pk, row.text) for row in others],
            widget=forms.CheckboxSelectMultiple,
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
        standing = self.problem.measures.filter(dropped_at=None, round=self.problem.round)
        first = 1 + standing.count()
        for n in range(MEASURE_ROWS):
            fields = {
                "text": _line(_("Measure %(n)s") % {"n": first + n}, 500),
                "owner": self._owner(),
                "days": _line(_("Working days"), 5, inputmode="numeric", placeholder="1"),
                "after": _line(_("After measure"), 60, inputmode="numeric", placeholder="—"),
                "deadline": _day(),
            }
            self.fields |= {f"measures.{n}.{part}": field for part, field in fields.items()}

    def _add_done(self) -> None:
        self.fields["done"] = _line(_("What was done on the spot"), 500)

    def _add_owner(self) -> None:
        self.fields["owner"] = self._owner()

    def _owner(self) -> forms.CharField:
        if self.owners is None:
            self.owners = owners_of(self.problem)
        return owner_field(self.owners, usual_owner(self.problem))

    def _add_programme(self) -> None:
        bound = Programme.objects.filter(unit__in=ids(self.problem.path)).order_by("id")
        choices = [("", _("none")), *((one.code, one.label) for one in bound)]
        now = self.problem.programme
        self.fields["programme"] = forms.ChoiceField(
            label=_("Programme"), required=False, choices=choices, initial=now.code if now else ""
        )

    def _add_lead(self) -> None:
        """Leaders of the units from the actor's down to the responsible one."""
        now = self.problem.lead
        line = posts_within(self.by).filter(unit__in=ids(self.problem.path), is_active=True)
        rows = list(line.filter(role__in=LEADING).order_by("-unit__path", "code"))
        rows += [now] if now and now not in rows else []
        named = [(post.code, f"{post.unit.shown} · {post.title}") for post in rows]
        self.fields["lead"] = forms.ChoiceField(
            label=_("Leader who answers for it"),
            required=False,
            choices=[("", _("none")), *named],
            initial=now.code if now else "",
        )

    def _add_partners(self) -> None:
        rows = self.problem.cooperations.filter(until=None).select_related("unit").order_by("id")
        codes = [row.unit.code for row in rows]
        for n in range(max(PARTNER_ROWS, len(codes))):
            self.fields[f"partners.{n}"] = picker(_("Helping unit"), "units_pick_own")
            self.fields[f"partners.{n}"].initial = codes[n] if n < len(codes) else ""

    def _undone(self) -> Sequence[Measure]:
        return list(self.problem.measures.filter(done_at=None, dropped_at=None).order_by("id"))

    def measure_rows(self) -> list[list[forms.BoundField]]:
        """The measures' fields, five to a row."""
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
            if name not in {"files", "measures", "partners"}
        }
        if self.move.name == "amend_measure" and values["deadline"] is None:
            values["deadline"] = ""  # asked for: scheduled back
        if "measures" in self.move.inputs:
            values["measures"] = self._typed_measures()
        if "partners" in self.move.inputs:
            names = [name for name in self.fields if name.startswith("partners.")]
            values["partners"] = [self.cleaned_data[name] for name in names]
        return values

    def _typed_measures(self) -> list[dict[str, Any]]:
        """The rows up to the last one with anything in it, so that their numbers stay."""
        rows = [
            {part: self.cleaned_data.get(f"measures.{n}.{part}") for part in PARTS}
            for n in range(MEASURE_ROWS)
        ]
        usual = usual_owner(self.problem)
        for row in rows:  # an owner filled in beforehand makes no measure
            if row["owner"] == usual and not any(row[part] for part in PARTS if part != "owner"):
                row["owner"] = ""
        while rows and not any(rows[-1].values()):
            rows.pop()
        return rows

    def mark(self, facts: Facts) -> None:
        """Mark what the move refuses to go without, as the problem stands now."""
        names = needed(self.move.name, facts, self.chosen.pk if self.chosen else None)
        if "kept" in self.fields and self["kept"].value():  # sent before, and still there
            names -= {"files"}
        mark_needed(self, names)

    def put(self, name: str, value: str) -> None:
        """Let a hidden field carry `value` when the form is shown again."""
        data = cast("QueryDict", self.data).copy()
        data[name] = value
        self.data = data


class BulkForm(MoveForm):
    """The inputs of one move that is asked of many problems: the same for all of them."""

    def __init__(self, move: Move, problem: Problem | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(move, problem or Problem(), *args, **kwargs)
        del self.fields["version"]
        mark_needed(self, needed(move.name, Facts(min(move.origins), clock.today())))
        if move.name == "correct":  # of many at once their category; the rest is each one's own
            for name in ("title", "place", "place_unit", "urgent", "note"):
                del self.fields[name]
            mark_needed(self, ["category"])
        if "category" in self.fields:
            self.fields["category"].choices = [("", _("as it is")), *category_codes()]  # type: ignore[attr-defined]
            self.fields["category"].initial = ""
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
