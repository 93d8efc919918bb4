"""The upload of a sheet."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaohao.files.models import accepted


class SheetForm(forms.Form):
    """One file; what is in it is judged by reading it."""

    file = forms.FileField(
        label=_("File"),
        max_length=255,
        help_text=_(
            "Excel (.xlsx, .xls) or CSV, as it is: title rows, other column names and several "
            "sheets are understood. At most 30 MB."
        ),
        widget=forms.FileInput(attrs={"accept": accepted("workbook")}),
        error_messages={"required": _("Choose a file.")},
    )


class ListForm(SheetForm):
    """The workbook of a list, as its page has handed it out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "The workbook that a list's page exports, with its heads. Rows may be changed, added, "
            "sorted or taken out; what is taken out stays on record. At most 30 MB."
        )
