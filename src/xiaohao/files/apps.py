"""The application of this room."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Evidence: upload, check, hash, strip, hand out."""

    name = "xiaohao.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
