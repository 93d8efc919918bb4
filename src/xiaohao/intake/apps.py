"""The application of the public's door."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Message, receipt, triage, referral; the citizen's word."""

    name = "xiaohao.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare this room's figures."""
        from xiaohao.intake.metrics import declare_all  # noqa: PLC0415 (models must be loaded)

        declare_all()
