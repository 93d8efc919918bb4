"""What the plan of a month is made of."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xiaohao.site.demo.texts import Draft


@dataclass(frozen=True, slots=True)
class Step:
    """Something somebody does.

    Attributes:
        at: aware moment.
        what: `message`, `triage`, `study`, `report_up`, `answer`, or one of the ledger's moves.
        who: code of the post; `citizen` for messages and answers.
        case: number of the case; messages of one case become one problem.
        message: number of the message, for all that are no moves.
        args: what else is needed, as plain data.
    """

    at: dt.datetime
    what: str
    who: str
    case: int
    message: int | None = None
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Case:
    """One matter, with the messages about it: number and time of arrival, in order."""

    number: int
    draft: Draft
    messages: list[tuple[int, dt.datetime]] = field(default_factory=list)
