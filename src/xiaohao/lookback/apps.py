"""The application of this room."""

from django.apps import AppConfig


class LookbackConfig(AppConfig):
    """Look-back: closed problems drawn by chance and checked again."""

    name = "xiaohao.lookback"
    label = "lookback"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the room's figures."""
        from xiaohao.lookback.metrics import declare_all  # noqa: PLC0415 (models must be loaded)

        declare_all()
