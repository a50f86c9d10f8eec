"""schemathesis reads the document and calls a real server with whatever it makes up from it: it finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from hitl.api.urls import api
from tests.api.conftest import key
from tests.people import everybody
from tests.tenants.routes import Place

schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.security]


@pytest.fixture
def known(live_server: LiveServer, settings: Settings) -> dict[str, Any]:
    """Where the server is, whose key is shown there, and ids of things that are there."""
    settings.API_RATE = 100_000
    place = Place.furnished(everybody())
    execution = place.alert.execution
    ids = {
        "bot_id": execution.bot.public_id,
        "execution_id": execution.public_id,
        "alert_id": place.alert.public_id,
        "link_id": place.made_link.public_id,
    }
    return {"url": live_server.url, "token": key(place.people.workspace, place.people.ann)[1].token, "ids": ids}


@schema.parametrize()
@settings(max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_it_finds_nothing(case: Case, known: dict[str, Any]) -> None:
    if case.meta and case.meta.generation.mode == GenerationMode.POSITIVE:
        case.path_parameters.update({name: id for name, id in known["ids"].items() if name in case.path_parameters})
        if "wait" in case.query:
            case.query["wait"] = 0  # nothing will happen in the meantime
    case.call_and_validate(
        base_url=known["url"],
        headers={"Authorization": f"Bearer {known['token']}"},
        excluded_checks=[positive_data_acceptance],  # a script is more than what a schema can say of it
    )
