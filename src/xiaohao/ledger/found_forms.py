"""The forms for a problem found otherwise than by a citizen's message."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaohao.campaigns.models import Programme
from xiaohao.files.models import UploadsField
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paths import ids
from xiaohao.ledger.actions import MOST_PHOTOS
from xiaohao.ledger.finding import only_own, sources_of
from xiaohao.ledger.forms import Taking, mark_needed, picker
from xiaohao.ledger.models import Source
from xiaohao.ledger.owners import OwnerInput, posts_at
from xiaohao.ledger.rules import Facts, State, needed
from xiaohao.triage.models import Category
from xiaohao.triage.queries import category_groups


class RegisterForm(Taking):
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

    def __init__(self, *args: Any, by: Actor, lately: str = "", **kwargs: Any) -> None:
        """`lately` is what was chosen last for how it was found: offered first, never chosen."""
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "—"), *category_groups()]  # type: ignore[attr-defined]
        bound = Programme.objects.filter(unit__in=ids(by.unit_path)).order_by("id")
        self.fields["programme"] = forms.ModelChoiceField(
            label=_("Programme"), queryset=bound, required=False, to_field_name="code"
        )
        may = sources_of(by)
        found: list[Any] = [choice for choice in Source.choices if choice[0] in may]
        last = [choice for choice in found if choice[0] == lately]
        if last:
            others = [choice for choice in found if choice not in last]
            found = [(_("Chosen last"), last), (_("All others"), others)]
        choices = [("", _("Choose how it was found")), *found]
        self.fields["source"] = forms.ChoiceField(label=_("Found by"), choices=choices)
        own = only_own(by)
        self.fields["place_unit"] = picker(_("Area"), "units_pick_own" if own else "units_pick")
        if own:
            text = _("Your unit or one below it; left empty, your unit.")
            self.fields["place_unit"].help_text = text
        self.fields["photos"] = UploadsField(
            label=_("Photos of how it was found"), purpose="evidence", most=MOST_PHOTOS,
            required=False,
        )  # fmt: skip


class SpotForm(RegisterForm):
    """A problem found and put right at once: what was wrong, and what proves that it is right."""

    done = forms.CharField(label=_("What was done on the spot"), max_length=500)
    owner = forms.CharField(label=_("Owner (post or unit)"), max_length=120)
    note = forms.CharField(
        label=_("Note on the evidence"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = picker(_("Responsible unit"), "units_pick_own")
        self.fields["owner"].widget = OwnerInput(
            posts_at(kwargs["by"].unit_path), {"maxlength": 120}
        )
        self.fields["files"] = UploadsField(
            label=_("Photos or documents that show it"), purpose="evidence", required=False
        )
        self.order_fields(
            ["title", "text", "source", "category", "programme", "unit", "place", "place_unit",
             "done", "owner", "files", "note"]
        )  # fmt: skip
        del self.fields["urgent"], self.fields["photos"]  # its evidence shows it
        mark_needed(self, needed("spot", Facts(State.REGISTERED, clock.today())))
