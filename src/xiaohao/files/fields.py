"""The form field by which people bring photos and other evidence."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from xiaohao.files.rules.kinds import ALLOWED, LARGEST, MEGABYTE, Purpose

_EXTENSIONS = {"image/jpeg": ".jpg,.jpeg"}


def accepted(purpose: str) -> str:
    """What a browser's file dialogue offers: the value of `accept`."""
    kinds = sorted(ALLOWED[Purpose(purpose)], key=lambda kind: kind.media_type)
    offers = (_EXTENSIONS.get(kind.media_type, kind.extension) for kind in kinds)
    return ",".join([*(kind.media_type for kind in kinds), *offers])


class Chooser(forms.FileInput):
    """A file input that may take several."""

    allow_multiple_selected = True


class UploadsField(forms.FileField):
    """Several files at once; cleans to a list of `UploadedFile`, empty when there is none.

    Counts only; what is in the files is judged by `files.actions.store`.
    """

    def __init__(
        self, *, purpose: str = Purpose.PHOTO, most: int = 6, camera: bool = False, **options: Any
    ) -> None:
        self.purpose = Purpose(purpose)
        self.most = most
        attrs = {"accept": accepted(self.purpose)}
        if most > 1:
            attrs["multiple"] = "multiple"
        if camera:
            attrs["capture"] = "environment"
        super().__init__(widget=Chooser(attrs=attrs), **options)

    def clean(
        self,
        data: "Sequence[UploadedFile[bytes]] | UploadedFile[bytes] | None",
        initial: Any = None,  # noqa: ARG002 (Django's signature)
    ) -> "list[UploadedFile[bytes]]":
        """The files, when there are neither too many nor any that is too large."""
        given = [data] if isinstance(data, UploadedFile) else list(data or ())
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > self.most:
            text = _("Choose at most %(most)d files.") % {"most": self.most}
            raise forms.ValidationError(text, code="too_many_files")
        limit = LARGEST[self.purpose]
        for one in given:
            if (one.size or 0) > limit:
                values = {"name": one.name, "limit": limit // MEGABYTE}
                text = _("“%(name)s” is larger than %(limit)d MB.") % values
                raise forms.ValidationError(text, code="file_too_large")
        return given
