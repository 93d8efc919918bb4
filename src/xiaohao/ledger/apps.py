"""The application of the ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The core: problems, measures, referrals, the closing gate."""

    name = "xiaohao.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the ledger's figures, and say what lies with a unit."""
        # Models must be loaded before any of these.
        from xiaohao.ledger.lying import lying  # noqa: PLC0415
        from xiaohao.ledger.metrics import declare_all  # noqa: PLC0415
        from xiaohao.units.queries import tell_work  # noqa: PLC0415

        declare_all()
        tell_work("ledger", lying)
