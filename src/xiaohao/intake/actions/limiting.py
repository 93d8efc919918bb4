"""Limits on floods without an account: counts per address, forgotten soon."""

import datetime as dt
import os

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaohao.intake.models import Flood
from xiaohao.intake.rules import addresses, proof
from xiaohao.intake.rules.limits import RATES, rate
from xiaohao.kernel import clock
from xiaohao.kernel.crypto import fingerprint
from xiaohao.kernel.errors import Throttled, Unmet
from xiaohao.kernel.home import secret

_COUNT = """
    INSERT INTO intake_flood (bucket, purpose, "window", count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (bucket, purpose, "window") DO UPDATE SET count = intake_flood.count + 1
    RETURNING count
"""


def address_of(request: HttpRequest) -> str:
    """The sender's address; `XIAOHAO_PROXIES` says how many proxies of ours stand before us."""
    return addresses.client(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        int(os.environ.get("XIAOHAO_PROXIES", "0")),
    )


def admit(*, address: str, purpose: str) -> None:
    """Count one more, and refuse it when that is too many.

    Raises:
        Throttled: with the seconds to wait.
    """
    limit = rate(purpose)
    if limit is None:
        return
    now = int(clock.now().timestamp())
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_bucket(address), purpose, now // limit.seconds])
        count = cursor.fetchone()[0]
    if count > limit.count:
        wait = limit.seconds - now % limit.seconds
        text = _("That was too much from your address. Try again in %(minutes)d minutes.")
        said = text % {"minutes": -(-wait // 60)}
        raise Throttled([Unmet("too_many", said)], retry_after=wait)


def recent(address: str, purpose: str) -> int:
    """How many there were from an address in the present window."""
    limit = rate(purpose)
    if limit is None:
        return 0
    window = int(clock.now().timestamp()) // limit.seconds
    row = Flood.objects.filter(bucket=_bucket(address), purpose=purpose, window=window).first()
    return row.count if row else 0


def challenge_for(submission: str, address: str) -> proof.Challenge:
    """The work asked for one submission; it grows with what the address sent lately."""
    bits = proof.bits_for(recent(address, "proved"))
    return proof.challenge(secret("proof"), submission, bits, clock.now().timestamp())


def is_proved(challenge: str, answer: str, submission: str) -> bool:
    """Whether the work was done for this submission."""
    return proof.is_proof(secret("proof"), challenge, answer, submission, clock.now().timestamp())


def forget() -> int:
    """Drop the counts of windows that are over."""
    now, longest = int(clock.now().timestamp()), max(r.seconds for r in RATES.values())
    gone = 0
    for purpose in RATES:
        limit = rate(purpose)
        seconds = limit.seconds if limit else longest
        old = Flood.objects.filter(purpose=purpose, window__lt=now // seconds)
        gone += old.delete()[0]
    return gone


def _bucket(address: str) -> bytes:
    """The address without being one: keyed with a secret and the day."""
    day: dt.date = clock.today()
    return fingerprint(f"{day}:{addresses.bucket(address)}", "flood")
