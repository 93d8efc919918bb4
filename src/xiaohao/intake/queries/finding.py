"""One message: by its code, its home, its receipt, what is known of its sender."""

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

from xiaohao.intake.models import Contact, Message
from xiaohao.intake.rules.receipt import Receipt
from xiaohao.intake.rules.sender import Sender
from xiaohao.kernel.acting import Role
from xiaohao.kernel.crypto import fingerprint, unseal
from xiaohao.kernel.errors import NotFound, Refused, Unmet
from xiaohao.kernel.ids import read_code
from xiaohao.kernel.paths import is_within
from xiaohao.people.models import Post
from xiaohao.units.models import Unit

_HOME = """
    SELECT home.id, home.path FROM people_post post JOIN units_unit home ON home.id = post.unit_id
    WHERE post.role = %s AND post.is_active
    ORDER BY length(home.path), home.path LIMIT 1
"""
_COVERED = """
    SELECT EXISTS (SELECT 1 FROM people_post post JOIN units_unit home ON home.id = post.unit_id
                   WHERE post.role = %s AND post.is_active AND starts_with(%s, home.path))
"""


def code_hash(code: str) -> bytes:
    """What is stored in place of a tracking code, 32 bytes."""
    return fingerprint(code, "tracking")


def by_code(typed: str) -> Message:
    """The message with this tracking code, as typed.

    A code that cannot be one is looked up like any other, so that both take the same time.

    Raises:
        NotFound: `wrong_code`.
    """
    code = read_code(typed[:100]) or "?"
    rows = Message.objects.select_related(
        "problem__unit", "problem__merged_into__unit", "place_unit"
    )
    message = rows.filter(code_hash=code_hash(code)).first()
    if message is None:
        text = _(
            "There is no message with this code. Compare it with your receipt: twelve letters and "
            "digits, such as K7QM-4F2P-9XDW."
        )
        raise NotFound([Unmet("wrong_code", text, "code")])
    return message


def board_unit() -> Unit:
    """The unit for which the board is kept: that of the highest office.

    Raises:
        Refused: `board_closed`, when no office has been set up.
    """
    unit_id, path = _board()
    return Unit(pk=unit_id, path=path)


def _board() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_HOME, [Role.OFFICE.value])
        found = cursor.fetchone()
    if found is None:
        text = _("The board is not open yet: no office has been set up that would read it.")
        raise Refused.because("board_closed", text)
    return found[0], found[1]


def home_of(place_unit: Unit | None) -> tuple[int, str]:
    """Id and path of the unit under which a message counts, and whose office reads it.

    It is the place's, if an office answers for that place; else the board's.
    """
    if place_unit is None:
        return _board()
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [Role.OFFICE.value, place_unit.path])
        if cursor.fetchone()[0]:
            return place_unit.pk, place_unit.path
    return _board()


def homes(units: Iterable[Unit]) -> dict[int | None, Unit]:
    """For many places at once, and for none (None), the unit under which messages count.

    Raises:
        Refused: `board_closed`.
    """
    board = board_unit()
    posts = Post.objects.filter(role=Role.OFFICE, is_active=True).order_by()
    offices = set(posts.values_list("unit__path", flat=True))
    found: dict[int | None, Unit] = {None: board}
    for unit in units:
        covered = any(is_within(unit.path, path) for path in offices)
        found[unit.pk] = unit if covered else board
    return found


def receipt_of(message: Message) -> Receipt:
    """The receipt that the sender was given."""
    return Receipt(
        code=message.code,
        received_at=message.received_at,
        title=message.title,
        place=message.place,
        text=message.text,
    )


def sender_of(message: Message) -> Sender:
    """Who sent it. For masking and for `actions.look_at_contact` only, never for a page as such."""
    contact = Contact.objects.filter(message_id=message.pk).first()
    if contact is None:
        return Sender()
    return Sender.unpack(unseal(bytes(contact.sealed), Contact.context_of(message.submission)))


def known_words(message: Message) -> tuple[str, ...]:
    """What must not be readable in a copy of this message."""
    return sender_of(message).words()
