"""The lists and the visits for programs: the same gates, moves and sentences as on the pages."""

from ninja import Router

from xiaohao.commitments.api.entries import router as entries
from xiaohao.commitments.api.visits import router as visits

router = Router()
router.add_router("", entries)
router.add_router("", visits)
__all__ = ["router"]
