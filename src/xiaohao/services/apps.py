"""The application of service lists."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Service lists, and the calls for what they promise."""

    name = "xiaohao.services"
    label = "services"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare this room's figures, and the card on a problem's page."""
        from xiaohao.kernel import slots  # noqa: PLC0415 (models must be loaded)
        from xiaohao.services.cards import promised  # noqa: PLC0415 (the same)
        from xiaohao.services.metrics import declare_all  # noqa: PLC0415 (the same)

        declare_all()
        slots.fill("ledger.problem", 65, promised)
