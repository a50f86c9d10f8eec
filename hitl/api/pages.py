"""The page that explains every call and lets a person try it, drawn from the OpenAPI document itself."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from hitl.api.document import Document
from hitl.api.examples import EXAMPLES
from hitl.tenants.models import Role, Workspace

CODE, STRONG = re.compile(r"`([^`]+)`"), re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*")


@require_safe
def reference(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """Public, as the document is: nothing of anybody's stands in either."""
    document = api.get_openapi_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            groups.setdefault(call["tags"][0], []).append(_call(method, path, call))
    context = {
        "about": paragraphs(document["info"]["description"]),
        "groups": groups,
        "base_url": f"{settings.BASE_URL}/api/v1",
        "managed": _managed_by(request),
    }
    return render(request, "api/reference.html", context)


def _managed_by(request: HttpRequest) -> list[Workspace]:
    """Where this reader may make a key."""
    mine = Workspace.objects.visible_to(request.user).order_by("name")
    return [workspace for workspace in mine if (role := workspace.role_of(request.user)) and role.includes(Role.ADMIN)]


def _call(method: str, path: str, call: Document) -> dict[str, Any]:
    body = _example(call.get("requestBody"))
    return {
        "id": call["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": call["summary"],
        "about": paragraphs(call["description"]),
        "parameters": [_parameter(one) for one in call["parameters"]],
        "body": body,
        "answers": [_answer(status, one) for status, one in call["responses"].items()],
        "curl": _curl(method.upper(), path, body),
        "is_picture": path.endswith("/screenshot"),
    }


def _parameter(one: Document) -> dict[str, Any]:
    schema = one["schema"]
    return {
        "name": one["name"],
        "where": one["in"],
        "required": one["required"],
        "about": paragraphs(one.get("description", "")),
        "choices": schema.get("enum", []),
        "kind": "number" if schema.get("type") == "integer" else "text",
        "like": schema.get("examples", [schema.get("default", "")])[0],
    }


def _answer(status: int | str, one: Document) -> dict[str, Any]:
    """A status is a number as ninja writes it, and a text once the document has been JSON."""
    about, bad = paragraphs(one["description"]), int(status) >= 400
    return {"status": status, "about": about, "example": _example(one), "bad": bad}


def _example(one: Document | None) -> str:
    """The example of a body or an answer; empty where it has none."""
    content = one.get("content", {}).get("application/json") if one else None
    name = content["schema"].get("$ref", "").rpartition("/")[2] if content else ""
    return json.dumps(EXAMPLES[name], indent=2, ensure_ascii=False) if name in EXAMPLES else ""


def _curl(method: str, path: str, body: str) -> str:
    lines = [f"curl {settings.BASE_URL}{path}", '-H "Authorization: Bearer $HITL_KEY"']
    if method != "GET":
        lines[0] = f"curl -X {method} {settings.BASE_URL}{path}"
    if body:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(json.loads(body), ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def paragraphs(text: str) -> list[SafeString]:
    """What stands in the document as Markdown, with the two things of it that we use: `code` and stress."""
    return [_marked(part) for part in text.strip().split("\n\n") if part]


def _marked(text: str) -> SafeString:
    safe = STRONG.sub(
        lambda found: f"<strong>{found[1] or found[2]}</strong>", CODE.sub(r"<code>\1</code>", escape(text))
    )
    return mark_safe(safe)  # noqa: S308 - escaped above; the text is our own
