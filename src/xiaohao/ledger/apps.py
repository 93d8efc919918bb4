"""The application of the ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The core: problems, measures, referrals, the closing gate."""

    name = "xiaohao.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the ledger's figures."""
        from xiaohao.ledger.metrics import declare_all  # noqa: PLC0415 (models must be loaded)

        declare_all()
