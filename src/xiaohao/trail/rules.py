"""The arithmetic of the trail; it stands in the kernel, so that others can check it too."""

from xiaohao.kernel.sealing import (
    GENESIS,
    audit_path,
    event_hash,
    merkle_root,
    root_from,
    seal_hash,
)

__all__ = ["GENESIS", "audit_path", "event_hash", "merkle_root", "root_from", "seal_hash"]
