"""The application of this room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The core: problems, measures, referrals, the closing gate."""

    name = "xiaohao.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
