"""A round begins: its frame is laid down, and the office commits itself to a secret."""

import secrets
import zlib

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from xiaohao.kernel import clock
from xiaohao.kernel.access import require_at
from xiaohao.kernel.acting import SYSTEM, Actor, Nobody, Permission
from xiaohao.kernel.crypto import seal
from xiaohao.kernel.errors import Refused, Unmet
from xiaohao.kernel.text import clean
from xiaohao.lookback import rules
from xiaohao.lookback.models import Frame, Round
from xiaohao.lookback.queries import PUBLISHED, copied, next_closings, offices, ripe
from xiaohao.trail.actions import create, note
from xiaohao.units.models import Unit

LONGEST_SOURCE = 200


def lay(
    *,
    unit: Unit,
    by: Actor | Nobody,
    wave: int,
    size: int,
    source: str = "",
    secret: str = "",
) -> Round:
    """Lay down the frame of the next round of an age and commit to a secret.

    Args:
        unit: in whose subtree the closings lie.
        wave: days after closing, one of `rules.WAVES`.
        size: how many to draw; all where there are fewer.
        source: the public source of chance named beforehand, e.g. a lottery and its issue; without
            one, the root of the trail's next seal is taken.
        secret: for rehearsals; made at random when left out.

    Raises:
        Forbidden, NotFound: the post does not draw, or not there.
        Refused: `bad_wave`, `bad_size`, `too_long`, `nothing_ripe`, `already_laid`.
    """
    require_at(by, Permission.LOOK_BACK, unit.path)
    source = clean(source)
    _check(wave, size, source)
    days = next_closings(unit, wave)
    text = copied(unit, days) if days else b""
    if days is None or not text:
        raise _nothing(wave)
    frame = rules.read_frame(text)
    if broken := rules.broken_frame(frame):
        raise RuntimeError(f"the frame laid at {unit.code} is broken: {broken}")
    secret = secret or secrets.token_hex(32)
    commitment = rules.commitment(secret)
    round_ = Round(
        unit=unit,
        wave=wave,
        closings=days,
        count=len(frame.ids),
        total=int(frame.weights.sum()),
        size=min(size, len(frame.ids)),
        frame_sha256=rules.digest(text),
        commitment=commitment,
        sealed_secret=seal(secret, f"lookback:{commitment}"),
        source=source,
        laid_at=clock.now(),
        post_id=by.post_id if isinstance(by, Actor) else None,
    )
    return _written(round_, text, by)


def lay_due() -> list[Round]:
    """Lay a round for each age of the rule wherever a look-back is kept and something is ripe.

    Done again, or after somebody has laid it by hand, it adds nothing: what a round holds is ripe
    no more. The secret is made here and seen by nobody before the last result is in.
    """
    done = []
    for unit in offices():
        for one in ripe(unit, rules.BY_RULE):
            if one.count:
                size = rules.usual_size(one.count)
                done.append(lay(unit=unit, by=SYSTEM, wave=one.wave, size=size))
    return done


def _written(round_: Round, text: bytes, by: Actor | Nobody) -> Round:
    told = {
        "wave": round_.wave,
        "count": round_.count,
        "size": round_.size,
        "frame_sha256": round_.frame_sha256,
        "commitment": round_.commitment,
        "source": round_.source,
    }
    try:
        with transaction.atomic():
            create(thing=round_, by=by, kind="laid", data=told)
            Frame.objects.create(round=round_, content=zlib.compress(text, 1))
            # Once more without who laid it: this one is published whole, to be checked by anybody.
            public = {name: told[name] for name in ("frame_sha256", "commitment")}
            public = {"round": round_.number, **public}
            note(label=PUBLISHED, thing_id=round_.pk, by=SYSTEM, kind="laid", data=public)
    except IntegrityError as clash:
        text_ = _("Somebody else has just laid down this round. Look at it in the list.")
        raise Refused.because("already_laid", text_) from clash
    return round_


def _check(wave: int, size: int, source: str) -> None:
    unmet = []
    if wave not in rules.WAVES:
        known = ", ".join(map(str, rules.WAVES))
        text = _("Choose after how many days: %(known)s.") % {"known": known}
        unmet.append(Unmet("bad_wave", text, "wave"))
    if not 1 <= size <= rules.LARGEST:
        text = _("Draw at least 1 and at most %(most)s problems.") % {"most": rules.LARGEST}
        unmet.append(Unmet("bad_size", text, "size"))
    if len(source) > LONGEST_SOURCE:
        text = _("This is too long: at most %(most)s characters.") % {"most": LONGEST_SOURCE}
        unmet.append(Unmet("too_long", text, "source"))
    if unmet:
        raise Refused(unmet)


def _nothing(wave: int) -> Refused:
    text = _(
        "No problem here was closed %(wave)s days ago that no earlier round holds. "
        "Wait until one is old enough, or choose another age."
    )
    return Refused.because("nothing_ripe", text % {"wave": wave}, "wave")
