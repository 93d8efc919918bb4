"""One message: by its code, its home, its receipt, what is known of its sender."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Length
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

_STANDING = """
    WITH office AS (
        SELECT home.id, home.path
        FROM people_post post JOIN units_unit home ON home.id = post.unit_id
        WHERE post.role = %s AND post.is_active
    ), board AS (
        SELECT id, path FROM office ORDER BY length(path), path LIMIT 1
    ), place AS (
        SELECT unit.id, unit.path, EXISTS (
            SELECT 1 FROM office WHERE starts_with(unit.path, office.path)) AS covered
        FROM units_unit unit WHERE unit.code = %s AND unit.closed_on IS NULL
    )
    SELECT nextval('intake_message_id_seq'), place.id,
        CASE WHEN place.covered THEN place.id ELSE board.id END,
        CASE WHEN place.covered THEN place.path ELSE board.path END
    FROM (SELECT 1) AS one LEFT JOIN board ON true LEFT JOIN place ON true
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


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a new message will stand.

    Attributes:
        message_id: the number it gets.
        place_id: the unit with the code that was given, None without one.
        home_id, home_path: the unit under which it counts and whose office reads it: the place's,
            if an office answers for that place, else the board's.
    """

    message_id: int
    place_id: int | None
    home_id: int
    home_path: str


def standing(place_code: str) -> Standing:
    """Where the next message will stand, in one query.

    Raises:
        Refused: `no_such_place`, or `board_closed` when no office has been set up.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [Role.OFFICE.value, place_code])
        number, place, home, path = cursor.fetchone()
    if home is None:
        raise _closed()
    if place_code and place is None:
        text = _("There is no place with this code. Leave it out and write the place in words.")
        raise Refused.because("no_such_place", text, "place_code")
    return Standing(number, place, home, path)


def _closed() -> Refused:
    text = _("The board is not open yet: no office has been set up that would read it.")
    return Refused.because("board_closed", text)


def board_unit() -> Unit:
    """The unit for which the board is kept: that of the highest office.

    Raises:
        Refused: `board_closed`, when no office has been set up.
    """
    offices = Unit.objects.filter(posts__role=Role.OFFICE, posts__is_active=True)
    unit = offices.order_by(Length("path"), "path").first()
    if unit is None:
        raise _closed()
    return unit


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
    contact: Contact | None = getattr(message, "contact", None)
    if contact is None:
        return Sender()
    return Sender.unpack(unseal(bytes(contact.sealed), Contact.context_of(message.submission)))


def known_words(message: Message) -> tuple[str, ...]:
    """What must not be readable in a copy of this message."""
    return sender_of(message).words()
