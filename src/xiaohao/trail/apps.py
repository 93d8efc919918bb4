"""The trail's application."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """Append-only events, hash chain, daily seal."""

    name = "xiaohao.trail"
    label = "trail"
    default_auto_field = "django.db.models.BigAutoField"
