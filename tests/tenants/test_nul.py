"""A NUL byte anywhere in what is sent: PostgreSQL takes none, so it must have gone or been refused before a query."""

from __future__ import annotations

import pytest

from tests.people import People
from tests.tenants.routes import Place, routes
from tests.tenants.test_matrix import DATA

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.security]

ASKED = "status bot before with version page view zone cron name values person next".split()
FIELDS = "answer.code answer.note override_reason login password merge base note told".split()
TYPED = {name: f"{value}\0" for name, value in DATA.items()} | dict.fromkeys(FIELDS, "a\0b")


@pytest.fixture
def place(people: People) -> Place:
    return Place.furnished(people)


def test_t24_a_nul_byte_breaks_nothing(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    visitors = place.visitors(raise_request_exception=False)
    query = "&".join(f"{name}=%00" for name in ASKED)
    found = {}
    for route in routes():
        url, client = place.url(route), visitors["guest" if route.startswith("g/") else "ann"]
        odd = url.rstrip("/") + "%00" + ("/" if url.endswith("/") else "")
        key = {"Authorization": "Bearer hitl_a\0b"} if route.startswith("api/") else {}
        found[odd] = client.get(odd, headers=key).status_code
        found[url] = max(client.get(f"{url}?{query}").status_code, client.post(url, TYPED).status_code)
    readyz = found.pop("/readyz")
    assert readyz == 503  # nobody sweeps here
    assert {url: status for url, status in found.items() if status >= 500} == {}
