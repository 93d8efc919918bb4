"""The application of this room."""

from django.apps import AppConfig


class LookbackConfig(AppConfig):
    """Look-back: closed problems drawn by chance and checked again."""

    name = "xiaohao.lookback"
    label = "lookback"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the room's figures, and put its card on a problem's page."""
        from xiaohao.kernel import slots  # noqa: PLC0415 (models must be loaded)
        from xiaohao.lookback.cards import card  # noqa: PLC0415 (the same)
        from xiaohao.lookback.metrics import declare_all  # noqa: PLC0415 (the same)

        declare_all()
        slots.fill("ledger.problem", 40, card)
