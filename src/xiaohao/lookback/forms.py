"""The forms of the look-back: lay a round, draw it, say what was found."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from xiaohao.files.models import UploadsField
from xiaohao.kernel.errors import Unmet
from xiaohao.lookback.models import RESULT_NAMES
from xiaohao.lookback.rules import LARGEST, WAVES
from xiaohao.people.models import Post

USUAL = 30


class Taking(forms.Form):
    """A form whose refusals stand at their fields."""

    def take(self, unmet: Sequence[Unmet]) -> None:
        """Show each unmet requirement at the field it belongs to."""
        for one in unmet:
            self.add_error(one.field if one.field in self.fields else None, str(one.message))

    def put(self, name: str, value: str) -> None:
        """Let a hidden field carry `value` when the form is shown again."""
        data = cast("QueryDict", self.data).copy()
        data[name] = value
        self.data = data


class LayForm(Taking):
    """A new round."""

    wave = forms.TypedChoiceField(
        label=_("Days after closing"), coerce=int, choices=[(n, str(n)) for n in WAVES], initial=30
    )
    size = forms.IntegerField(
        label=_("How many to draw"), min_value=1, max_value=LARGEST, initial=USUAL
    )
    source = forms.CharField(
        label=_("Public source of chance"),
        required=False,
        max_length=200,
        help_text=_(
            "Named before anybody knows its value, e.g. the next issue of a lottery. Left empty, "
            "the root of the trail's next seal is taken."
        ),
    )


class DrawForm(Taking):
    """The value of the public source named beforehand."""

    public_value = forms.CharField(label=_("Value of the public source"), max_length=200)


class ResultForm(Taking):
    """What was found on site."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    result = forms.ChoiceField(label=_("What did you find?"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What did you see, when, and who confirms it?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = UploadsField(label=_("Photos from the site"), purpose="photo", required=False)

    def __init__(self, possible: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(key, RESULT_NAMES[key]) for key in RESULT_NAMES if key in possible]
        self.fields["result"] = forms.ChoiceField(
            label=_("What did you find?"), choices=names, widget=forms.RadioSelect
        )


class AssignForm(Taking):
    """Another post for a re-check."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    post = forms.ChoiceField(label=_("Post that checks"))

    def __init__(self, free: Sequence[Post], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(post.code, f"{post.unit.shown} · {post.title}") for post in free]
        self.fields["post"] = forms.ChoiceField(label=_("Post that checks"), choices=choices)
