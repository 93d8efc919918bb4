"""The application of this room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Excel in and out."""

    name = "xiaohao.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the link to a list's workbook on its page; tell the ledger what imports brought."""
        from xiaohao.exchange.cards import export  # noqa: PLC0415 (models must be loaded)
        from xiaohao.exchange.queries import brought  # noqa: PLC0415 (the same)
        from xiaohao.kernel import slots  # noqa: PLC0415 (the same)
        from xiaohao.ledger.queries import tell_imports  # noqa: PLC0415 (the same)

        slots.fill("site.list", 20, export)
        tell_imports(brought)
