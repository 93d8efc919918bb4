"""The application of the roof."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Settings, navigation, base templates, components, the `xiaohao` command."""

    name = "xiaohao.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"
