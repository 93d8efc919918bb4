"""The citizen comes back: with his code, and with his word on the fix."""

from xiaohao.intake.actions.limiting import admit
from xiaohao.intake.models import LABEL, Message
from xiaohao.intake.queries.finding import by_code
from xiaohao.kernel.errors import NotFound
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Word


def looked_up(*, code: str, address: str) -> Message:
    """The message with this code; wrong codes are counted, so that nobody tries them all.

    Raises:
        NotFound: `wrong_code`.
        Throttled: too many wrong codes from this address.
    """
    try:
        return by_code(code)
    except NotFound:
        admit(address=address, purpose="wrong_code")
        raise


def answer(
    *,
    message: Message,
    answer: str,
    response: str = "",
    result: str = "",
    attitude: str = "",
    words: str = "",
) -> Word:
    """The sender's word on the last fix; “partly” and “not” reopen the problem at once.

    Raises:
        Refused: `not_asked` yet, `already_answered`, `bad_answer`, `bad_grade`, `too_long`.
    """
    return ledger.answer(
        label=LABEL,
        source_id=message.pk,
        answer=answer,
        response=response,
        result=result,
        attitude=attitude,
        words=words,
    )
