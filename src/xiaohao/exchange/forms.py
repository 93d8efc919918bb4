"""The upload of a sheet."""

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
