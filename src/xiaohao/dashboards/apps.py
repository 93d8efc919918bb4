"""The application of this room."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Reading across all rooms; writes nothing."""

    name = "xiaohao.dashboards"
    label = "dashboards"
    default_auto_field = "django.db.models.BigAutoField"
