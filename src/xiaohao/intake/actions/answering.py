"""The citizen comes back: with his code, and with his word on the fix."""

from xiaohao.intake.actions.limiting import admit, recent
from xiaohao.intake.models import LABEL, Message
from xiaohao.intake.queries.finding import by_code, known_words
from xiaohao.intake.rules.limits import GUESSES
from xiaohao.kernel.errors import NotFound
from xiaohao.kernel.masking import mask
from xiaohao.kernel.text import clean
from xiaohao.ledger import actions as ledger
from xiaohao.ledger.models import Word


def looked_up(*, code: str, address: str) -> Message:
    """The message with this code; wrong codes are counted, so that nobody tries them all.

    Some slips shut nobody out who has the right code, and shares his address with others. After
    `GUESSES` wrong ones no code is looked up any more, right or wrong.

    Raises:
        NotFound: `wrong_code`.
        Throttled: too many wrong codes from this address.
    """
    if recent(address, "wrong_code") >= GUESSES:
        admit(address=address, purpose="wrong_code")
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

    The unit reads it, so it is masked as his message was.

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
        words=mask(clean(words), known_words(message)),
    )
