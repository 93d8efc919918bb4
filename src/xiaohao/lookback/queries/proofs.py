"""The proof of a draw, and repeating it."""

from typing import Any

from xiaohao.kernel.crypto import unseal
from xiaohao.kernel.hashing import canonical
from xiaohao.lookback.models import Round, Stage
from xiaohao.lookback.queries.pool import frame_text
from xiaohao.lookback.rules import Replayed, replay
from xiaohao.trail.queries import as_told, events_of, inclusion, seal_over

KIND = "xiaohao-lookback-1"
PUBLISHED = "lookback.published"  # on the trail: a round's frame and commitment, and nobody's name


def proof(round_: Round) -> dict[str, Any]:
    """What is public about a round, as plain data; the secret only once it is revealed."""
    laid = events_of(round_.trail_label(), round_.pk).first()
    seal = seal_over(laid) if laid else None
    drawn = round_.stage is Stage.REVEALED
    return {
        "kind": KIND,
        "round": round_.number,
        "unit": round_.unit.code,
        "wave": round_.wave,
        "closed_from": round_.first_day.isoformat() if round_.first_day else None,
        "closed_through": round_.last_day.isoformat(),
        "count": round_.count,
        "total_weight": round_.total,
        "size": round_.size,
        "frame_sha256": round_.frame_sha256,
        "commitment": round_.commitment,
        "laid_at": round_.laid_at.isoformat(),
        "laid_event_hash": bytes(laid.hash).hex() if laid else None,
        "public_source": round_.source or "the trail's first seal over the laying of this round",
        "seal_day": seal.day.isoformat() if seal else None,
        "seal_is_chance": not round_.source,
        "drawn_at": round_.drawn_at.isoformat() if round_.drawn_at else None,
        "sealed": _sealed(round_),
        "public_value": round_.public_value or None,
        "secret": round_.secret or None,
        "seed": round_.seed or None,
        "sample": sample_of(round_) if drawn else None,
    }


def _sealed(round_: Round) -> dict[str, Any] | None:
    """How anybody checks that frame and commitment were sealed; None while they are not.

    Also of rounds that were laid before this was published: what was sealed of them names a post.
    """
    event = events_of(PUBLISHED, round_.pk).first()
    found = inclusion(event) if event else None
    if event is None or found is None:
        return None
    return {
        "event": canonical(event.body()).decode(),
        "previous": bytes(event.previous).hex(),
        "hash": bytes(event.hash).hex(),
        "place": found.place,
        "path": [node.hex() for node in found.path],
        "seal": as_told(found.seal),
    }


def sample_of(round_: Round) -> list[int]:
    """Ids of the problems drawn, rising."""
    rows = round_.rechecks.order_by("problem_id")
    return list(rows.values_list("problem_id", flat=True))


def public_value_of(round_: Round) -> str:
    """The root of the seal that covers the laying of a round; "" while there is none."""
    laid = events_of(round_.trail_label(), round_.pk).first()
    seal = seal_over(laid) if laid else None
    return seal.root_hex if seal else ""


def secret_of(round_: Round) -> str:
    """The office's secret, out of its seal."""
    return unseal(bytes(round_.sealed_secret), f"lookback:{round_.commitment}")


def replayed(round_: Round) -> Replayed:
    """Repeat the draw of a round from what the database holds, sealed secret included.

    Raises:
        ValueError: it is not drawn yet.
    """
    return replay(whole_proof(round_), frame_text(round_))


def whole_proof(round_: Round) -> dict[str, Any]:
    """The proof with what is not public yet: for the installation that holds the round itself.

    Before the draw nothing is added to what is public.
    """
    told = proof(round_)
    if round_.stage is Stage.LAID:
        return told
    return {**told, "secret": secret_of(round_), "sample": sample_of(round_)}
