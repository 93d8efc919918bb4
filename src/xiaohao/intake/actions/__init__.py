"""Writing: what comes in, what triage decides, what citizens answer."""

from xiaohao.intake.actions.receiving import Clash, Received, attach, receive

__all__ = ["Clash", "Received", "attach", "receive"]
