"""Which thing of another district stands at each address, for the walk over all permissions.

A new address that takes a part says here whose thing it is, or why it is no secret.
"""

from typing import Any

# Log-in and second factor are allauth's, which has its own guards; the language is for everybody.
THIRD_PARTIES = ("account_", "mfa_", "api:", "set_language")

# Which thing of the other district stands at an address.
FOREIGN: dict[str, dict[str, Any]] = {
    "commitments_aid": {"key": "need"},
    "commitments_entry": {"number": "entry"},
    "commitments_household": {"key": "household"},
    "commitments_linked": {"number": "problem"},
    "commitments_move": {"number": "entry", "move": "start"},
    "commitments_proof": {"number": "entry", "key": "proof"},
    "commitments_refer": {"key": "need"},
    "commitments_round": {"key": "round"},
    "commitments_visit": {"key": "household"},
    "dashboards_unit": {"code": "district"},
    "exchange_batch": {"key": "batch"},
    "exchange_draft": {"key": "draft"},
    "exchange_progress": {"key": "draft"},
    "figures_frozen": {"number": "frozen"},
    "intake_case": {"key": "message"},
    "intake_correct": {"key": "message"},
    "intake_message": {"key": "message"},
    "intake_message_photo": {"key": "message", "photo": "one"},
    "intake_problem_photos": {"number": "problem"},
    "intake_share": {"key": "message"},
    "intake_shared_photo": {"number": "problem", "photo": "one"},
    "intake_suggestion": {"key": "message"},
    "intake_undo": {"key": "message"},
    "ledger_bulk_one": {"key": "bulk"},
    "ledger_bulk_progress": {"key": "bulk"},
    "ledger_evidence": {"number": "problem", "key": "evidence"},
    "ledger_history": {"number": "problem"},
    "ledger_move": {"number": "problem", "move": "accept"},
    "ledger_problem": {"number": "problem"},
    "ledger_schedule": {"number": "problem"},
    "ledger_view": {"key": "view"},
    "lookback_assign": {"key": "recheck"},
    "lookback_draw": {"key": "draw"},
    "lookback_photo": {"key": "recheck", "photo": "recheck_photo"},
    "lookback_recheck": {"key": "recheck"},
    "lookback_round": {"key": "draw"},
    "people_account": {"username": "username"},
    "people_account_active": {"username": "username"},
    "people_account_password": {"username": "username"},
    "people_end": {"code": "post", "key": "holding"},
    "people_hold": {"code": "post"},
    "people_post": {"code": "post"},
    "people_post_in_use": {"code": "post"},
    "people_revoke": {"key": "token"},
    "programmes_change": {"code": "programme"},
    "programmes_lists": {"code": "programme"},
    "programmes_plan": {"code": "programme"},
    "programmes_programme": {"code": "programme"},
    "programmes_schedule": {"code": "programme"},
    "triage_duty": {"code": "district"},
    "units_change": {"code": "district", "deed": "rename"},
}
# What every post may look at, wherever it stands, and why.
OPEN = {
    "figures_figure": "names a metric; the unit is asked for by ?unit=, walked below",
    "intake_poster": "a public address as a poster",
    "units_unit": "the register of units is public",
}
ASKED = {  # addresses that take the unit as a parameter
    "commitments_households": "unit",
    "commitments_list": "figure=commitments.open&unit",
    "commitments_needs": "unit",
    "commitments_visits": "unit",
    "figures_figure": "unit",
    "ledger_list": "figure=ledger.open&unit",
}
# Operations that any token may call, whatever its scopes: no more than what anybody may know.
ANYBODY = {
    ("get", "/api/v1/categories"),
    ("get", "/api/v1/me"),
    ("get", "/api/v1/units"),
    ("get", "/api/v1/units/{code}"),
    ("get", "/api/v1/units/{code}/children"),
}
# Where the part of an operation's address is a thing of the other district.
FOREIGN_PARTS = {
    "entry": "entry",
    "household_id": "household",
    "need_id": "need",
    "round_id": "round",
    "view": "view",
    "code": "district",
    "frozen": "frozen",
    "key": "message",
    "metric": "metric",
    "number": "problem",
    "recheck": "recheck",
    "round": "draw",
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/lists": {"list": "project", "title": "新增停车泊位"},
    "/api/v1/lists/{entry}/moves": {"move": "start", "version": 1},
    "/api/v1/visits/households/{household_id}/visits": {"day": "2019-09-10", "situation": []},
    "/api/v1/visits/needs/{need_id}/aids": {"day": "2019-09-10", "text": "看看"},
    "/api/v1/visits/rounds": {"title": "走访", "unit": "x", "deadline": "2019-10-01"},
    "/api/v1/visits/rounds/{round_id}/households": {"unit": "x", "rows": []},
    "/api/v1/ledger/views": {"name": "v"},
    "/api/v1/ledger/views/{view}": {"version": 1},
    "/api/v1/lookback/rechecks/{recheck}/assign": {"post": "x", "version": 1},
    "/api/v1/lookback/rechecks/{recheck}/result": {"result": "fixed", "note": "亮", "version": 1},
    "/api/v1/lookback/rounds": {"wave": 30, "size": 0},
    "/api/v1/lookback/rounds/{round}/draw": {"public_value": "7"},
    "/api/v1/messages": {"text": "门口的路灯不亮"},
    "/api/v1/messages/{key}/correct": {"reason": "看看"},
    "/api/v1/messages/{key}/sender": {"reason": "看看"},
    "/api/v1/messages/{key}/triage": {"do": "suggest", "version": 1},
    "/api/v1/figures/frozen": {"metric": "intake.received", "stated": "通报"},
    "/api/v1/programmes": {
        "code": "a-drive",
        "name": "专项整治",
        "name_en": "A drive",
        "origin": "local",
        "lead_unit": "x",
        "final": "2019-12-01",
    },
    "/api/v1/programmes/{code}": {
        "version": 1,
        "name": "专项整治",
        "name_en": "A drive",
        "lead_unit": "x",
        "final": "2019-12-01",
    },
    "/api/v1/programmes/{code}/plans": {"text": "先找问题"},
    "/api/v1/problems": {"title": "路灯不亮", "text": "门口的路灯不亮", "category": ""},
    "/api/v1/problems/bulk": {
        "move": "comment",
        "problems": [{"number": "XH-2019-000001", "version": 1}],
    },
    "/api/v1/problems/{number}/moves": {"move": "accept", "version": 1},
}
