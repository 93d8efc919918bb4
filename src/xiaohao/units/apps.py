"""The application of the tree of units."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """The tree of units, levels, sectors, lines, placements, head-counts."""

    name = "xiaohao.units"
    label = "units"
    default_auto_field = "django.db.models.BigAutoField"
