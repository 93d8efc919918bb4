"""The application of the roof."""

from django.apps import AppConfig
from django.core.validators import MaxLengthValidator

from xiaohao.site.wording import TOO_LONG


class SiteConfig(AppConfig):
    """Settings, navigation, base templates, components, the `xiaohao` command."""

    name = "xiaohao.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every form says in our own words that something is too long."""
        MaxLengthValidator.message = TOO_LONG
