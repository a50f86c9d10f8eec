"""What explains the API is true: the examples fit their shapes, and the page shows every call."""

from __future__ import annotations

import jsonschema_rs
import pytest
from django.test import Client

from alerts.models import AlertStatus, Kind
from hitl.api.examples import EXAMPLES
from hitl.api.urls import api
from tests.people import People

DOCUMENT = api.get_openapi_schema()


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_fits_its_shape(name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema_rs.validate(schema, EXAMPLES[name], validate_formats=True)


def test_every_body_and_answer_has_an_example() -> None:
    used = set()
    for calls in DOCUMENT["paths"].values():
        for call in calls.values():
            for one in [call.get("requestBody", {}), *call["responses"].values()]:
                used |= {kind["schema"].get("$ref") for kind in one.get("content", {}).values()}
    assert {name.rpartition("/")[2] for name in used - {None}} - {"Problem"} == set(EXAMPLES)


def test_an_alerts_kinds_and_states_are_the_products() -> None:
    """But for trials, which no key reaches."""
    shown = DOCUMENT["components"]["schemas"]["AlertShown"]["properties"]
    assert set(shown["kind"]["enum"]) == set(Kind.values) - {Kind.TRIAL}
    assert set(shown["status"]["enum"]) == set(AlertStatus.values)


@pytest.mark.django_db
def test_the_page_explains_every_call_to_everybody(client: Client, people: People) -> None:
    page = client.get("/api/v1/docs").content.decode()
    for path, calls in DOCUMENT["paths"].items():
        for call in calls.values():
            assert f'id="{call["operationId"]}"' in page
        assert path in page
    assert "settings/keys" not in page
    client.force_login(people.ann)
    assert "/w/acme/settings/keys/" in client.get("/api/v1/docs").content.decode()
    client.force_login(people.bob)
    assert "settings/keys" not in client.get("/api/v1/docs").content.decode()
