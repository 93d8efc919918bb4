"""The application of this room."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Text models: category, unit, urgency, duplicates."""

    name = "xiaohao.triage"
    label = "triage"
    default_auto_field = "django.db.models.BigAutoField"
