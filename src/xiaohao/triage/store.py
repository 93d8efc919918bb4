"""Files of trained models under XIAOHAO_HOME/models, each named by its hash and checked by it."""

import logging
import secrets
from functools import lru_cache
from pathlib import Path

from xiaohao.kernel.hashing import sha256
from xiaohao.kernel.home import folder
from xiaohao.triage.classifier import Classifier

log = logging.getLogger(__name__)


class BadModelFile(Exception):  # noqa: N818 (it says what is bad)
    """The file is missing, or it is not what was stored."""


def path_of(digest: str) -> Path:
    """Where the model with that SHA-256 (hex) lies."""
    return folder("models") / f"{digest}.npz"


def keep(model: Classifier) -> str:
    """Write the model; a reader sees all of it or nothing. Returns its SHA-256 in hex."""
    data = model.to_bytes()
    digest = sha256(data).hex()
    target = path_of(digest)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    draft.write_bytes(data)
    draft.chmod(0o600)
    draft.replace(target)
    return digest


@lru_cache(maxsize=4)
def load(digest: str) -> Classifier:
    """The model with that SHA-256; kept in this process after the first time.

    Raises:
        BadModelFile: it is not there, or its content has another hash.
    """
    try:
        data = path_of(digest).read_bytes()
    except OSError as fault:
        raise BadModelFile(f"the model file {path_of(digest)} cannot be read: {fault}") from fault
    if sha256(data).hex() != digest:
        raise BadModelFile(f"the model file {path_of(digest)} is not the one that was trained")
    return Classifier.from_bytes(data)


@lru_cache(maxsize=64)
def _told(digest: str, reason: str) -> None:
    log.error("model %s left out: %s; train again", digest[:12], reason)


def load_or_none(digest: str) -> Classifier | None:
    """The model, or None when its file is missing or altered; said once in the log."""
    try:
        return load(digest)
    except BadModelFile as fault:
        _told(digest, str(fault))
        return None
