"""What people fill in at the public's door. Whether it will do is judged by the actions."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from xiaohao.files.models import File, UploadsField
from xiaohao.intake.models import Kind
from xiaohao.intake.rules import limits
from xiaohao.intake.rules.sender import Sender
from xiaohao.intake.wording import sentence
from xiaohao.kernel import tokens
from xiaohao.kernel.errors import Unmet
from xiaohao.kernel.text import clean
from xiaohao.ledger.models import Answer, Grade

PHOTOS_SALT = "intake.photos"


class Typed(forms.CharField):
    """Text as people type it: cleaned, never cut off by the browser; the limit is only counted."""

    def __init__(self, limit: int, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.max_length = limit

    def to_python(self, value: Any) -> str:
        """The text without control characters."""
        return clean(str(value)) if value else ""


def _line(limit: int, label: Any, help_text: Any = "", picker: Any = None, **attrs: str) -> Typed:
    if picker is not None:  # asking a lazy address whether it is empty would look it up
        attrs |= {"data-picker": picker, "autocomplete": "off"}
    return Typed(limit, label=label, help_text=help_text, widget=forms.TextInput(attrs=attrs))


class MessageForm(forms.Form):
    """A message: what, where, photos, and how to reach the sender."""

    text = Typed(
        limits.TEXT,
        label=_("What is wrong?"),
        help_text=_("Say when, where, and what happened."),
        widget=forms.Textarea(attrs={"rows": 6, "required": True}),
    )
    place = _line(
        limits.PLACE,
        _("Place"),
        picker=reverse_lazy("intake_places"),
    )
    spot = _line(limits.PLACE, _("Where exactly"))
    photos = UploadsField(
        required=False,
        label=_("Photos"),
        help_text=_(
            "Six at most. Where and when they were taken is removed. "
            "The unit you complain of sees one only if the office has looked at it and lets it."
        ),
    )
    anonymous = forms.BooleanField(required=False, label=_("Anonymous"))
    name = _line(limits.NAME, _("Your name"), autocomplete="name")
    phone = _line(limits.PHONE, _("Telephone"), autocomplete="tel", inputmode="tel")
    email = _line(limits.EMAIL, _("E-mail"), autocomplete="email", inputmode="email")
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    challenge = forms.CharField(widget=forms.HiddenInput, required=False)
    pow_nonce = forms.CharField(widget=forms.HiddenInput, required=False)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    via = forms.CharField(widget=forms.HiddenInput, required=False)
    join = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        photos = {"data-photos": "", "aria-describedby": "id_photos_help"}
        self.fields["photos"].widget.attrs |= photos

    def clean(self) -> dict[str, Any]:
        """Say everything that is wrong, field by field."""
        given = super().clean() or self.cleaned_data
        sender = self.sender()
        found = limits.faults(
            title="",
            text=given.get("text", ""),
            place=given.get("place", ""),
            name=sender.name,
            phone=sender.phone,
            email=sender.email,
        )
        for fault in found:
            if not (fault.code == "text_missing" and given.get("join")):
                self.add_error(fault.field, forms.ValidationError(sentence(fault), fault.code))
        if len(given.get("spot", "")) > limits.PLACE:
            fault = limits.Fault("place_too_long", "spot", limits.PLACE)
            self.add_error("spot", forms.ValidationError(sentence(fault), fault.code))
        return given

    def sender(self) -> Sender:
        """Who sends it; nobody when it is to be anonymous."""
        given = self.cleaned_data
        if given.get("anonymous"):
            return Sender()
        return Sender(*(given.get(name) or "" for name in ("name", "phone", "email")))

    def submission_number(self) -> uuid.UUID:
        """The number of this form; a new one where it was lost."""
        return self.cleaned_data.get("submission") or uuid.uuid4()


def pack_photos(files: Iterable[File]) -> str:
    """Photos that were taken in, to be carried along by the form."""
    return tokens.dumps([file.pk for file in files], salt=PHOTOS_SALT, compress=True)


def unpack_photos(text: str) -> list[File]:
    """What `pack_photos` made; nothing for anything else."""
    try:
        numbers = tokens.loads(text, salt=PHOTOS_SALT, max_age=24 * 3600) if text else []
    except tokens.BadSignature:
        return []
    return list(File.objects.filter(pk__in=numbers).order_by("pk"))


class CodeForm(forms.Form):
    """The tracking code."""

    code = _line(
        40, _("Tracking code"), _("Twelve letters and digits, such as K7QM-4F2P-9XDW."),
        autocomplete="off", autocapitalize="characters", spellcheck="false", required="required",
    )  # fmt: skip


GRADE_LABELS = {
    "response": _("How fast they were"),
    "result": _("What they did"),
    "attitude": _("How they treated you"),
}


def _choice(label: Any, choices: Sequence[tuple[str, Any]], *, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=required, widget=forms.RadioSelect
    )


class AnswerForm(forms.Form):
    """The sender's word: solved or not, three grades, words."""

    answer = _choice(
        _("Is it truly solved?"),
        [
            (Answer.SOLVED, _("Yes, it is solved")),
            (Answer.PARTLY, _("Partly")),
            (Answer.NOT, _("No, it is not solved")),
        ],
        required=True,
    )
    response = _choice(GRADE_LABELS["response"], Grade.choices, required=False)
    result = _choice(GRADE_LABELS["result"], Grade.choices, required=False)
    attitude = _choice(GRADE_LABELS["attitude"], Grade.choices, required=False)
    words = Typed(
        limits.WORDS,
        label=_("What you want to say about it"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = UploadsField(required=False, label=_("Photos"))


class ReceiptForm(forms.Form):
    """A receipt to be checked: its file, or the code and the hash printed on it."""

    file = forms.FileField(required=False, label=_("The receipt as a file (receipt.txt)"))
    code = _line(40, _("Tracking code"), autocomplete="off")
    hash = _line(100, _("Hash on the receipt"), _("64 letters and digits."), autocomplete="off")


class CallForm(forms.Form):
    """A call taken by an operator."""

    kind = forms.ChoiceField(
        label=_("What it is"), choices=[*Kind.choices], required=False, initial=Kind.PROBLEM
    )
    text = Typed(
        limits.TEXT,
        label=_("What the caller says"),
        widget=forms.Textarea(attrs={"rows": 8, "autofocus": True, "required": True}),
    )
    place = _line(
        limits.PLACE,
        _("Place"),
        picker=reverse_lazy("intake_places"),
    )
    spot = _line(limits.PLACE, _("Where exactly"))
    name = _line(limits.NAME, _("Caller's name"), autocomplete="off")
    phone = _line(limits.PHONE, _("Caller's number"), autocomplete="off", inputmode="tel")
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)


class PlaceForm(forms.Form):
    """A place."""

    place = _line(
        limits.PLACE, _("Place"), picker=reverse_lazy("intake_places"), required="required"
    )


def unmet_of(form: forms.Form) -> list[Unmet]:
    """Everything wrong with a form, for the box above it."""
    found = []
    for name, errors in form.errors.as_data().items():
        field = None if name == "__all__" else name
        for error in errors:
            text = " ".join(str(message) for message in error.messages)
            found.append(Unmet(str(error.code or ""), text, field))
    return found


def put_errors(form: forms.Form, unmet: Iterable[Unmet]) -> None:
    """Write the reasons of a refusal beside the fields they belong to."""
    for one in unmet:
        field = one.field if one.field in form.fields else None
        form.add_error(field, forms.ValidationError(str(one.message), one.code))


class TriageForm(forms.Form):
    """What is decided about a message."""

    category = forms.ChoiceField(label=_("Category"), required=False)
    unit = _line(
        200,
        _("Responsible unit"),
        picker=reverse_lazy("units_pick"),
        required="required",
    )
    urgent = forms.BooleanField(label=_("Urgent: five working days"), required=False)
    title = _line(200, _("Title for the ledger"), required="required")
    text = Typed(
        20_000,
        label=_("What the unit reads"),
        help_text=_("Names, numbers and addresses of the sender are taken out."),
        widget=forms.Textarea(attrs={"rows": 6, "required": True}),
    )
    deadline = forms.DateField(
        label=_("Deadline"),
        required=False,
        help_text=_("Left empty: fifteen working days, five if urgent."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    photos = forms.TypedMultipleChoiceField(
        label=_("Photos the unit may see"),
        help_text=_(
            "None unless you tick it: a photo may show the sender, his door or his window."
        ),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reply = Typed(2_000, label=_("Answer to the sender"), widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        categories: Sequence[tuple[str, str]] = (),
        photos: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offers: dict[str, list[tuple[Any, Any]]] = {
            "category": [("", "—"), *categories],
            "photos": [(pk, _("Photo %(n)d") % {"n": n}) for n, pk in enumerate(photos, 1)],
        }
        for name, choices in offers.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices


class ReasonForm(forms.Form):
    """A reason."""

    reason = Typed(2_000, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class StudyForm(forms.Form):
    """What the study of a suggestion found."""

    note = Typed(5_000, label=_("What the study found"), widget=forms.Textarea(attrs={"rows": 6}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
