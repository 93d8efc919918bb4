"""The application of this room."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """The registry of metrics, kept cells, as-of reading, drill-down."""

    name = "xiaohao.figures"
    label = "figures"
    default_auto_field = "django.db.models.BigAutoField"
