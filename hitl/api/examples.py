"""One example of each shape, for the document and the page that explains it. A test holds them true."""

from typing import Any

from hitl.api.shapes import example_id

AT, LATER = "2026-11-21T09:30:00.120Z", "2026-11-21T10:00:00.120Z"
HOST = "https://hitl.example.com"
BOT, EXECUTION, ALERT, LINK, KEY, FILE = (example_id(prefix) for prefix in ("bot", "exe", "alt", "lnk", "key", "fil"))

SCRIPT = {
    "title": "Balance of the day",
    "steps": [
        {"type": "navigate", "url": "https://bank.example/login?customer={{customer}}"},
        {"type": "requestHuman", "kind": "otp", "title": "Enter the code", "resumeWhen": {"visible": "#balance"}},
        {"type": "extract", "name": "balance", "selectors": ["#balance"]},
    ],
}

SENT: dict[str, Any] = {
    "NewBot": {"name": "Bank balance", "script": SCRIPT, "response_window_seconds": 900},
    "BotChange": {"human_intervention_mode": False},
    "NewExecution": {"variables": {"customer": "4711"}},
    "Completion": {"answer": {}, "reason": "The balance is there; the page looks different today."},
    "Decline": {"reason": "The phone is with a colleague who is away."},
    "OnIt": {"minutes": 10},
    "Assignment": {"to": "bob@example.com"},
    "NewLink": {"role": "control", "label": "Dana from the auditors", "expires_in_seconds": 3600},
}

_BOT = {
    "id": BOT,
    "name": "Bank balance",
    "script": SCRIPT,
    "version": 1,
    "human_intervention_mode": True,
    "ask_human_on_failure": True,
    "response_window_seconds": 900,
    "url": f"{HOST}/w/acme/bots/{BOT}/",
    "created_at": AT,
}
_ALERT: dict[str, Any] = {
    "id": ALERT,
    "execution_id": EXECUTION,
    "bot_id": BOT,
    "bot_name": "Bank balance",
    "status": "open",
    "kind": "otp",
    "title": "Enter the code",
    "instructions": "",
    "fields": [],
    "deadline": LATER,
    "claimed_by": None,
    "on_it_by": None,
    "on_it_until": None,
    "assigned_to": None,
    "answer": None,
    "reason": None,
    "closed_by": None,
    "screenshot_url": f"{HOST}/api/v1/alerts/{ALERT}/screenshot",
    "url": f"{HOST}/w/acme/alerts/{ALERT}/",
    "share_url": f"{HOST}/t/8m2k5qv0c7x1r4j9w3t6z5b2na.q7Zk…",
    "embed_url": None,
    "created_at": AT,
    "closed_at": None,
}
_EXECUTION = {
    "id": EXECUTION,
    "bot_id": BOT,
    "version": 3,
    "status": "waiting_for_human",
    "failure_reason": None,
    "message": None,
    "cursor": 1,
    "steps": [
        {
            "index": 0,
            "type": "navigate",
            "status": "done",
            "error": None,
            "screenshot_url": f"{HOST}/api/v1/executions/{EXECUTION}/steps/0/screenshot",
            "started_at": AT,
            "ended_at": AT,
        },
        {
            "index": 1,
            "type": "requestHuman",
            "status": "waiting",
            "error": None,
            "screenshot_url": None,
            "started_at": AT,
            "ended_at": None,
        },
    ],
    "output": {},
    "alert": _ALERT,
    "url": f"{HOST}/w/acme/executions/{EXECUTION}/",
    "created_at": AT,
    "ended_at": None,
}
_FILE = {
    "id": FILE,
    "name": "statement 2026-11.pdf",
    "size": 48213,
    "media_type": "application/pdf",
    "fetched_by": "Dana Kim",
    "url": f"{HOST}/api/v1/executions/{EXECUTION}/files/{FILE}",
    "created_at": LATER,
}

SHOWN: dict[str, Any] = {
    "Me": {
        "key": {
            "id": KEY,
            "name": "Nightly import",
            "scope": "run",
            "created_at": AT,
            "expires_at": None,
            "last_used_at": AT,
        },
        "workspace": {"name": "Acme", "slug": "acme", "url": f"{HOST}/w/acme/"},
        "scopes": ["read", "run"],
    },
    "BotShown": _BOT,
    "ExecutionShown": _EXECUTION,
    "AlertShown": _ALERT,
    "LinkShown": {
        "id": LINK,
        "url": f"{HOST}/t/8m2k5qv0c7x1r4j9w3t6z5b2na.q7Zk…",
        "embed_url": f"{HOST}/embed/8m2k5qv0c7x1r4j9w3t6z5b2na.q7Zk…",
        "role": "control",
        "label": "Dana from the auditors",
        "expires_at": LATER,
    },
    "Listed_BotShown_": {"data": [_BOT], "next_cursor": None},
    "Listed_ExecutionShown_": {"data": [_EXECUTION], "next_cursor": None},
    "Listed_FileShown_": {"data": [_FILE], "next_cursor": None},
    "Listed_AlertShown_": {"data": [_ALERT], "next_cursor": None},
}
EXAMPLES = SENT | SHOWN
