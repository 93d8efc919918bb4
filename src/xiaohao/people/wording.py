"""What permissions and events are called."""

from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.acting import Permission

PERMISSION_NAMES = {
    Permission.SEE_LEDGER: _("see the ledger"),
    Permission.SEE_MESSAGES: _("see citizens' messages"),
    Permission.TAKE_CALLS: _("take calls"),
    Permission.TRIAGE: _("triage messages"),
    Permission.REGISTER: _("register problems"),
    Permission.REFER: _("refer problems to units"),
    Permission.MERGE: _("merge look-alikes"),
    Permission.HANDLE: _("handle problems of the own unit, register what it found itself"),
    Permission.REPORT_FIXED: _("report problems fixed"),
    Permission.VERIFY: _("verify fixes of other units"),
    Permission.CLOSE: _("strike problems off"),
    Permission.GRANT_EXTENSION: _("grant extensions"),
    Permission.LOOK_BACK: _("draw look-back rounds"),
    Permission.SEE_CONTACT: _("see a citizen's contact (each look is noted)"),
    Permission.IMPORT: _("import sheets"),
    Permission.SEE_FIGURES: _("see figures"),
    Permission.SEE_TRAIL: _("see the trail"),
    Permission.TRAIN: _("train the models"),
    Permission.MANAGE_DUTIES: _("manage the duty list"),
    Permission.SET_PROGRAMMES: _("set up programmes and their plans"),
    Permission.MANAGE_UNITS: _("manage units"),
    Permission.MANAGE_PEOPLE: _("manage posts and accounts"),
    Permission.ISSUE_TOKENS: _("issue tokens"),
}

EVENTS = {
    "account_opened": _("Account opened"),
    "password_reset": _("Password reset"),
    "account_shut_out": _("Shut out"),
    "account_let_in": _("Let in again"),
    "acts_from": _("Acts from another post"),
    "post_opened": _("Post opened"),
    "post_out_of_use": _("Out of use"),
    "post_back_in_use": _("Back in use"),
    "post_held": _("Post taken"),
    "post_given_up": _("Post given up"),
    "token_issued": _("Token issued"),
    "token_revoked": _("Token revoked"),
}
