"""The OpenAPI document: what ninja reads off the calls, and what it cannot know about ours."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema

from hitl.api.examples import EXAMPLES
from hitl.api.once import HEADER, NAME
from hitl.api.parsing import StrictParser
from hitl.api.problems import MEDIA_TYPE, MOST, SAID, no_such, speak_problems

ABOUT = """Start bots, follow their executions, and answer what they ask people for.

Every call takes an **API key** of a workspace (its settings, *API keys*), as `Authorization: Bearer hitl_…` or
`X-API-Key: hitl_…`. A key reaches its own workspace and nothing else. Scopes include each other: `read` looks, `run`
also starts executions and answers alerts, `admin` also makes and changes bots.

Lists are read page by page: pass `next_cursor` on as `?cursor=` until it is null. Errors are RFC 9457 problems with a
sentence in `detail`. A POST with an `Idempotency-Key` may be sent again: within 24 hours it gets the same answer and
does nothing twice. With 429 the header `Retry-After` says how many seconds to wait.
"""
WHY = {
    400: "The body cannot be read",
    401: "No key, or one that does not work",
    403: "The key's scope is too low, or the workspace does not allow it",
    404: "Not there, or not within this key's reach",
    409: "It is in another state by now, or the same request is under way",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "Something in it does not fit; `errors` says what",
    429: "Too many calls; come back after `Retry-After` seconds",
}
ONCE = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A name of your own for this request, so that sending it again does nothing twice.",
    "schema": {"type": "string", "pattern": f"^{NAME.pattern}$", "examples": ["7d0c5a52-8c2e-4f0c-9a55-0f6f3f0a1b2c"]},
}
RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


Document = dict[str, Any]


class Api(NinjaAPI):
    """The API with its errors, its parser, and a document that says all of it."""

    def __init__(self) -> None:
        super().__init__(
            title="hitl",
            version="1",
            description=ABOUT,
            urls_namespace="api",
            docs_url=None,
            parser=StrictParser(),
            servers=[{"url": settings.BASE_URL}],
        )
        speak_problems(self)

    def get_openapi_schema(self, **_: Any) -> OpenAPISchema:
        """Built once: it is the same for everybody, everybody may ask for it, and it takes as long as a page may."""
        return self._document

    def validation_error_from_error_contexts(self, error_contexts: list[Any]) -> ValidationError:
        """Beside a field that we do not know stand those of this call: only here is it known which they are."""
        found = super().validation_error_from_error_contexts(error_contexts)
        bodies = [context.model.model_fields.get("body") for context in error_contexts]
        there_are = [name for body in bodies if body for name in body.annotation.model_fields]
        for error in found.errors[:MOST]:
            if error["type"] == "extra_forbidden":
                error["msg"] = no_such("field", str(error["loc"][-1]), there_are)
        return found

    @cached_property
    def _document(self) -> OpenAPISchema:
        document = super().get_openapi_schema()
        needed = scopes(self)
        for path, calls in document["paths"].items():
            for method, call in calls.items():
                _complete(call, method, needed[call["operationId"]])
                if path.endswith("/screenshot"):
                    call["responses"][200] = {"description": "The picture", "content": _pictures()}
                if path.endswith("/{file_id}"):
                    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
                    call["responses"][200] = {"description": "The file", "content": content}
        for name, example in EXAMPLES.items():
            document["components"]["schemas"][name]["examples"] = [example]
        return document


def scopes(api: NinjaAPI) -> dict[str, str]:
    """The scope that each call needs, by its operation id."""
    return {
        str(call.operation_id): call.auth_callbacks[0].scope  # type: ignore[attr-defined]
        for router in api._get_bound_routers()
        for path in router.path_operations.values()
        for call in path.operations
    }


def _complete(call: dict[str, Any], method: str, scope: str) -> None:
    """OpenAPI 3.1 lets any security scheme name roles: ours is the scope that the key must have."""
    call["security"] = [{name: [scope]} for requirement in call["security"] for name in requirement]
    call["description"] += f"\n\nNeeds a key of the scope `{scope}`."
    for parameter in call["parameters"]:
        parameter["schema"] = _without_null(parameter["schema"])
    if method == "post":
        call["parameters"] = [*call["parameters"], ONCE]
    for kind in call.get("requestBody", {}).get("content", {}).values():
        kind["schema"] = kind["schema"].get("allOf", [kind["schema"]])[0]  # of one that may be left out: without that
    for status, response in call["responses"].items():
        if status >= 400:
            response["description"] = WHY.get(status, SAID.get(status, ""))
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        if status in (409, 429):
            response["headers"] = RETRY


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter of an address is there or not: it cannot be null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return kinds[0] | {name: value for name, value in schema.items() if name not in ("anyOf", "default")}


def _pictures() -> dict[str, Any]:
    return {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/jpeg", "image/png")}
