"""The application of this room."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Reading across all rooms; writes nothing."""

    name = "xiaohao.dashboards"
    label = "dashboards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell figures what categories and channels are called."""
        from xiaohao.dashboards.naming import declare_all  # noqa: PLC0415 (models must be loaded)

        declare_all()
