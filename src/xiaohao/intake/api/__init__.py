"""Messages for programs: the public's door, and the desk behind it."""

from ninja import Router

from xiaohao.intake.api.desk import router as desk
from xiaohao.intake.api.public import router as public

router = Router()
router.add_router("", public)
router.add_router("", desk)

__all__ = ["router"]
