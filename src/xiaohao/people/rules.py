"""Which role grants what, declared once."""

from xiaohao.kernel.acting import CITIZEN, SYSTEM, Actor, Nobody, Permission, Role

__all__ = ["CITIZEN", "GRANTS", "SYSTEM", "Actor", "Nobody", "Permission", "Role", "roles_granting"]

P = Permission
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OFFICE: frozenset({
        P.SEE_LEDGER, P.SEE_MESSAGES, P.TRIAGE, P.REGISTER, P.REFER, P.MERGE, P.VERIFY, P.CLOSE,
        P.GRANT_EXTENSION, P.SEE_CONTACT, P.IMPORT, P.SEE_FIGURES, P.SEE_TRAIL, P.TRAIN,
        P.MANAGE_DUTIES, P.TAKE_CALLS, P.SET_PROGRAMMES, P.LOOK_BACK,
    }),
    Role.OPERATOR: frozenset({
        P.SEE_LEDGER, P.SEE_MESSAGES, P.TAKE_CALLS, P.TRIAGE, P.REGISTER, P.REFER, P.MERGE,
        P.SEE_CONTACT,
    }),
    Role.HANDLER: frozenset({P.SEE_LEDGER, P.HANDLE}),
    Role.LEADER: frozenset({P.SEE_LEDGER, P.HANDLE, P.REPORT_FIXED, P.SEE_FIGURES}),
    Role.VERIFIER: frozenset({P.SEE_LEDGER, P.VERIFY, P.SEE_FIGURES}),
    Role.GUIDANCE: frozenset({P.SEE_LEDGER, P.REGISTER, P.VERIFY, P.SEE_FIGURES}),
    Role.AUDITOR: frozenset({P.SEE_LEDGER, P.SEE_FIGURES, P.SEE_TRAIL}),
    Role.ADMINISTRATOR: frozenset({
        P.MANAGE_UNITS, P.MANAGE_PEOPLE, P.ISSUE_TOKENS, P.SEE_TRAIL,
    }),
}  # fmt: skip
del P


def roles_granting(permission: Permission) -> list[Role]:
    """The roles of which each grants `permission`."""
    return sorted(role for role, granted in GRANTS.items() if permission in granted)
