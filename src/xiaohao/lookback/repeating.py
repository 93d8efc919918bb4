"""What repeating a draw comes to, in words for whoever runs the command; needs no database."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaohao.lookback.rules import Ahead, Replayed, Sealed

# What the rules say in English, as they say it.
FAULTS: Mapping[str, Any] = {
    "the frame is empty": gettext_lazy("the frame is empty"),
    "the ids do not rise: a problem stands in it twice, or out of order": gettext_lazy(
        "the ids do not rise: a problem stands in it twice, or out of order"
    ),
    "a weight does not follow from its facts": gettext_lazy(
        "a weight does not follow from its facts"
    ),
    "the frame file is not the one whose hash was published": gettext_lazy(
        "the frame file is not the one whose hash was published"
    ),
    "the frame does not hold as many problems or weights as the proof says": gettext_lazy(
        "the frame does not hold as many problems or weights as the proof says"
    ),
    "a frame holds digits, blanks and line ends only": gettext_lazy(
        "a frame holds digits, blanks and line ends only"
    ),
    "every line of a frame holds three numbers": gettext_lazy(
        "every line of a frame holds three numbers"
    ),
    "the commitment is no SHA-256": gettext_lazy("the commitment is no SHA-256"),
    "the secret is not the one that was committed to": gettext_lazy(
        "the secret is not the one that was committed to"
    ),
    "the seed is not that of the secret and the public value": gettext_lazy(
        "the seed is not that of the secret and the public value"
    ),
    "the sample is not the one that this draw gives": gettext_lazy(
        "the sample is not the one that this draw gives"
    ),
    "what was sealed is not this frame and this commitment": gettext_lazy(
        "what was sealed is not this frame and this commitment"
    ),
    "the hash of what was sealed is not that of its text": gettext_lazy(
        "the hash of what was sealed is not that of its text"
    ),
    "what was sealed does not lead to the root of the seal": gettext_lazy(
        "what was sealed does not lead to the root of the seal"
    ),
    "the seal does not have the hash that it says": gettext_lazy(
        "the seal does not have the hash that it says"
    ),
    "the public value is not the root of the seal": gettext_lazy(
        "the public value is not the root of the seal"
    ),
    "the seal is not in the list of seals, or those after it do not follow": gettext_lazy(
        "the seal is not in the list of seals, or those after it do not follow"
    ),
}


def outcome(done: Replayed) -> Iterator[str]:
    """Line by line, what a repeated draw came to."""
    if done.faults:
        yield _("It does not agree:")
        yield from _bad(done.faults)
    else:
        yield _("%(count)s drawn: the same as stated.") % {"count": len(done.sample)}


def so_far(ahead: Ahead, given: Mapping[str, Any]) -> Iterator[str]:
    """Line by line, why a draw cannot be repeated yet, and what agrees already."""
    if "public_value" in ahead.waits_for:
        yield _(
            "This round is not drawn yet. It can be repeated once it is drawn and the last "
            "re-check has its result: then its secret is published."
        )
    else:
        yield _(
            "This draw cannot be repeated yet: its secret is published when the last re-check has "
            "its result. Load the proof again then."
        )
    if ahead.faults:
        yield _("What can be checked now does not agree:")
        yield from _bad(ahead.faults)
        return
    yield _("What can be checked now agrees:")
    yield "✓ " + _("the frame file has the hash that was published: %(hash)s") % {
        "hash": given["frame_sha256"]
    }
    yield "✓ " + _("its %(count)s lines rise, and each weight follows from its facts") % {
        "count": ahead.count
    }
    yield "✓ " + _("the commitment to the secret is published: %(hash)s") % {
        "hash": given["commitment"]
    }


def of_seal(found: Sealed) -> Iterator[str]:
    """Line by line, what the seal over frame and commitment shows."""
    if found.faults:
        yield _("The seal does not agree:")
        yield from _bad(found.faults)
    elif not found.hash:
        yield "– " + _("the proof shows no seal over frame and commitment yet")
    else:
        yield "✓ " + _("frame and commitment are sealed with %(day)s (at %(at)s): %(hash)s") % {
            "day": found.day,
            "at": found.sealed_at,
            "hash": found.hash,
        }
        yield from _order(found)


def _order(found: Sealed) -> Iterator[str]:
    if found.came_first:
        yield "✓ " + _("that seal was made before the draw")
    elif found.came_first is False:
        yield "– " + _(
            "the draw came before that seal: it does not show that the commitment came first"
        )
    if found.in_list:
        yield "✓ " + _("the seal is in the list of seals, and all later ones follow from it")
    else:
        yield "– " + _("no list of seals beside the proof: load seals.json and compare the hash")


def _bad(faults: Any) -> Iterator[str]:
    for fault in faults:
        yield f"✗ {FAULTS.get(fault, fault)}"


def unread(proof: object, frame: object, error: Exception) -> str:
    """The sentence for a proof or frame that cannot be read."""
    text = _(
        "This draw cannot be repeated from %(proof)s and %(frame)s: %(why)s. Load both files of "
        "the round from its page into one folder, or name the frame file with --frame."
    )
    return text % {"proof": proof, "frame": frame, "why": _why(error)}


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return _("%(file)s cannot be read") % {"file": error.filename}
    return str(FAULTS.get(str(error)) or _("the first is not the proof of a round"))


def no_file(proof: object) -> str:
    """The sentence for a proof file that is not there."""
    text = _("There is no file %(proof)s. Load it from the page of the round.")
    return text % {"proof": proof}
