"""The application of this room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Excel in and out."""

    name = "xiaohao.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
