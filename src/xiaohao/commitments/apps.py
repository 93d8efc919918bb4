"""The application of the lists of their own."""

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    """Three batches, weak units and hard villages, household visits."""

    name = "xiaohao.commitments"
    label = "commitments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare this room's figures."""
        from xiaohao.commitments.metrics import declare_all  # noqa: PLC0415 (models must be loaded)

        declare_all()
