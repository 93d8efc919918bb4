"""The application of campaigns."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Programmes: special rectification drives, set centrally or locally."""

    name = "xiaohao.campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
