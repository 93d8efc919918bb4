"""What the walk of permissions sends to the operations of the API that take something."""

from typing import Any

BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/lists": {"list": "project", "title": "新增停车泊位"},
    "/api/v1/lists/{entry}/moves": {"move": "start", "version": 1},
    "/api/v1/visits/households/{household_id}/visits": {"day": "2019-09-10", "situation": []},
    "/api/v1/visits/needs/{need_id}/aids": {"day": "2019-09-10", "text": "看看"},
    "/api/v1/visits/rounds": {"title": "走访", "unit": "x", "deadline": "2019-10-01"},
    "/api/v1/visits/rounds/{round_id}/households": {"unit": "x", "rows": []},
    "/api/v1/lookback/rechecks/{recheck}/assign": {"post": "x", "version": 1},
    "/api/v1/lookback/rechecks/{recheck}/result": {
        "result": "fixed",
        "note": "亮",
        "version": 1,
    },
    "/api/v1/lookback/rounds": {"wave": 30, "size": 0},
    "/api/v1/lookback/rounds/{round}/draw": {"public_value": "7"},
    "/api/v1/messages": {"text": "门口的路灯不亮"},
    "/api/v1/messages/{key}/correct": {"reason": "看看"},
    "/api/v1/messages/{key}/sender": {"reason": "看看"},
    "/api/v1/messages/{key}/triage": {"do": "suggest", "version": 1},
    "/api/v1/problems": {"title": "路灯不亮", "text": "门口的路灯不亮", "category": ""},
    "/api/v1/problems/{number}/moves": {"move": "accept", "version": 1},
}
