"""The application of the lists of their own."""

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    """Three batches, weak units and hard villages, household visits."""

    name = "xiaohao.commitments"
    label = "commitments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare this room's figures, and the card on a problem's page."""
        from xiaohao.commitments.cards import listed  # noqa: PLC0415 (models must be loaded)
        from xiaohao.commitments.metrics import declare_all  # noqa: PLC0415 (the same)
        from xiaohao.kernel import slots  # noqa: PLC0415 (the same)

        declare_all()
        slots.fill("ledger.problem", 60, listed)
