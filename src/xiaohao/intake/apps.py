"""The application of this room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The public's door."""

    name = "xiaohao.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
