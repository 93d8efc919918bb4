"""The application of the ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The core: problems, measures, referrals, the closing gate."""

    name = "xiaohao.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the ledger's figures, say what lies with a unit, stand on pages below."""
        # Models must be loaded before any of these.
        from xiaohao.kernel import slots  # noqa: PLC0415
        from xiaohao.ledger.cards import unattended  # noqa: PLC0415
        from xiaohao.ledger.lying import lying  # noqa: PLC0415
        from xiaohao.ledger.metrics import declare_all  # noqa: PLC0415
        from xiaohao.units.queries import tell_work  # noqa: PLC0415

        declare_all()
        tell_work("ledger", lying)
        slots.fill("site.list", 40, unattended)
