"""What a list, a service, a call and each move ask for. What is wrong is judged by the actions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.files.models import UploadsField
from xiaohao.kernel.errors import Unmet
from xiaohao.services.models import AUDIENCES, Call, Service
from xiaohao.services.rules import GRADES, Move
from xiaohao.units.queries import UnitPicker

WORDS_FOR = {
    5: _("5, very good"),
    4: _("4, good"),
    3: _("3, fair"),
    2: _("2, poor"),
    1: _("1, bad"),
}


def _line(label: Any, most: int = 200, help_text: Any = "", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(
        label=label, required=False, max_length=most, help_text=help_text, widget=widget
    )


def _long(label: Any, most: int = 2000, rows: int = 3, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=False, max_length=most, help_text=help_text, widget=widget
    )


class Told(forms.Form):
    """A form whose errors come from the action it leads to."""

    must: Sequence[str] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.must:
            self.fields[name].widget.attrs["required"] = True

    def put(self, name: str, value: str) -> None:
        """Let a hidden field carry `value` when the form is shown again."""
        data = cast("QueryDict", self.data).copy()
        data[name] = value
        self.data = data

    def take(self, unmet: Iterable[Unmet]) -> list[Unmet]:
        """Show each unmet requirement at its field; gives those that belong to none."""
        rest = []
        for one in unmet:
            if one.field in self.fields:
                self.add_error(one.field, str(one.message))
            else:
                rest.append(one)
        return rest

    def typed(self) -> list[tuple[Any, str]]:
        """What was typed, field by field, for a stale write."""
        return [
            (field.label, str(field.value()))
            for field in self.visible_fields()
            if field.name != "files" and field.value()
        ]


class ListForm(Told):
    """A new list."""

    must = ("title", "year")
    title = _line(_("Title"), 120, _("E.g. Services for people and enterprises."))
    year = _line(_("Year"), 4, inputmode="numeric")


class ServiceForm(Told):
    """What a service promises."""

    must: Sequence[str] = ("title", "what", "audience", "department", "days")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = _line(_("Service"))
    what = _long(_("What exactly is delivered"), 5000)
    audience = forms.ChoiceField(
        label=_("For whom"), choices=[(str(k), v) for k, v in AUDIENCES.items()], required=False
    )
    department = forms.CharField(
        label=_("Department that promises it"),
        required=False,
        max_length=200,
        widget=UnitPicker(reverse_lazy("units_pick_own")),
    )
    post = _line(
        _("Post that answers for the service"),
        40,
        _("The code of a post of the department; may be empty."),
    )
    days = _line(
        _("Promised within working days"), 3, _("0 means on the spot."), inputmode="numeric"
    )
    bring = _long(_("What the caller must bring"), help_text=_("Empty where nothing is needed."))

    @classmethod
    def of(cls, service: Service) -> Mapping[str, Any]:
        """What stands in the fields at first."""
        names = ("version", "title", "what", "audience", "days", "bring")
        post = service.post.code if service.post else ""
        found = {name: getattr(service, name) for name in names}
        return found | {"department": service.department.code, "post": post}


class AddForm(ServiceForm):
    """A service for a draft, under a measure that is there or a new one."""

    must = ("measure", *ServiceForm.must)
    field_order = ("measure",)
    measure = _line(
        _("Measure of the list"),
        help_text=_("The heading it stands under; a new one is put at the end."),
    )


class ChangeForm(ServiceForm):
    """A change of what is promised."""

    reason = _long(_("Reason of the change"), help_text=_("Needed once the list is published."))


class ReasonForm(Told):
    """Something that needs a reason."""

    must = ("reason",)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = _long(_("Reason"))


class VersionForm(Told):
    """A step that asks for nothing."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CallForm(Told):
    """A call for a service."""

    must = ("needed",)
    needed = _long(
        _("What is needed, and where"), 5000, 4, _("Without names and telephone numbers.")
    )
    who = _line(
        _("On whose behalf"),
        200,
        _(
            "A resident or an enterprise; empty when your own unit needs it. It is sealed: only "
            "your unit and the department can open it, and each look is on the trail."
        ),
    )


class MoveForm(Told):
    """One move's inputs."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, move: Move, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.move = move
        self.fields["version"].initial = call.version
        for name in move.inputs:
            self.fields[name] = self._field(name)
        if "files" in move.inputs:
            self.fields["kept"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def _field(self, name: str) -> forms.Field:
        match name:
            case "files":
                return UploadsField(
                    label=_("Photos or documents of the delivery"),
                    purpose="evidence",
                    required=False,
                )
            case "grade":
                return forms.ChoiceField(
                    label=_("Grade"),
                    choices=[(str(n), WORDS_FOR[n]) for n in reversed(GRADES)],
                    widget=forms.RadioSelect,
                    required=False,
                )
            case "words":
                return _long(
                    _("In words"),
                    help_text=_("Needed for 1 and 2. Without names.")
                    if self.move.name == "grade"
                    else _("What was missing. Without names."),
                )
            case "note":
                if self.move.name == "register":
                    return _long(_("What was not kept"), 5000)
                return _long(_("What was delivered, where and when"), 5000)
        return _long(_("Reason"))

    def given(self) -> Mapping[str, Any]:
        """What was typed, as the move takes it; files come separately."""
        names = (name for name in self.move.inputs if name != "files")
        return {name: self.cleaned_data.get(name) for name in names}
