"""Who acts: permissions, roles, and the actor that every action takes as `by`.

These words stand here, below all rooms, because the rules of every room speak of them; which role
grants what is said in `people.rules`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Permission(StrEnum):
    """Everything that somebody may or may not do."""

    SEE_LEDGER = "see_ledger"
    SEE_MESSAGES = "see_messages"
    TAKE_CALLS = "take_calls"
    TRIAGE = "triage"
    REGISTER = "register"
    REFER = "refer"
    MERGE = "merge"
    HANDLE = "handle"
    REPORT_FIXED = "report_fixed"
    VERIFY = "verify"
    CLOSE = "close"
    GRANT_EXTENSION = "grant_extension"
    LOOK_BACK = "look_back"
    SEE_CONTACT = "see_contact"
    IMPORT = "import"
    SEE_FIGURES = "see_figures"
    SEE_TRAIL = "see_trail"
    TRAIN = "train"
    MANAGE_DUTIES = "manage_duties"
    SET_PROGRAMMES = "set_programmes"
    MANAGE_UNITS = "manage_units"
    MANAGE_PEOPLE = "manage_people"
    ISSUE_TOKENS = "issue_tokens"


class Role(StrEnum):
    """What a post is there for."""

    OFFICE = "office"
    OPERATOR = "operator"
    HANDLER = "handler"
    LEADER = "leader"
    VERIFIER = "verifier"
    GUIDANCE = "guidance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: an account at a post, within the scope of that post.

    Attributes:
        account_id: the person; None for a token that belongs to a post only.
        post_id, post_code: the post acted from.
        unit_id, unit_path: the unit of the post; the scope is its subtree.
        role: what the post is there for.
        permissions: what may be done; a token may hold fewer than its post.
        elsewhere: paths of the units of the other posts that the person holds today: whoever acts
            from one post does not become another person.
    """

    account_id: int | None
    post_id: int
    post_code: str
    unit_id: int
    unit_path: str
    role: Role
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    elsewhere: tuple[str, ...] = ()

    def belongs_to(self, path: str) -> bool:
        """Whether the post, or another one of the same person, lies at the unit at `path` or below.

        Nobody judges what he answers for, from whichever of his posts he acts.
        """
        return any(own.startswith(path) for own in (self.unit_path, *self.elsewhere))

    def may(self, permission: Permission) -> bool:
        """Whether the post (and the token, if any) grants `permission` somewhere."""
        return permission in self.permissions

    def covers(self, path: str) -> bool:
        """Whether the unit at `path` lies in the subtree of the post."""
        return path.startswith(self.unit_path)

    def on_trail(self) -> dict[str, Any]:
        """The actor as the trail names him: post and unit, and the account's number."""
        return {
            "post": self.post_code,
            "unit": self.unit_id,
            "role": self.role.value,
            "account": self.account_id,
        }


@dataclass(frozen=True, slots=True)
class Nobody:
    """An actor without a post: a citizen at the public door, or the system itself."""

    name: str

    def may(self, permission: Permission) -> bool:  # noqa: ARG002 (the system may everything)
        """The system itself may do anything, a citizen nothing that needs a permission."""
        return self.name == "system"

    def covers(self, path: str) -> bool:  # noqa: ARG002 (the same)
        """The system works everywhere."""
        return self.name == "system"

    def on_trail(self) -> dict[str, Any]:
        """Only the word for it; who the citizen is never reaches the trail."""
        return {"post": None, "role": self.name}


CITIZEN = Nobody("citizen")
SYSTEM = Nobody("system")
