"""A page names all the modules that it needs, so that they are fetched at once and not one after the other."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from hitl.static import modules_of
from tests.alerts.pauses import paused
from tests.people import People

STATIC = Path(__file__).parents[2] / "static"
LOADED = re.compile(r'(?:rel="modulepreload" href|type="module" src)="/static/([^"]+)"')


@pytest.mark.parametrize("entry", ["live/page.js", "live/framed.js", "site/page.js", "editor/page.js"])
def test_what_a_module_brings_with_it_is_found_to_the_end(entry: str) -> None:
    all_of_them = [entry, *modules_of(entry)]
    assert len(set(all_of_them)) == len(all_of_them)
    for module in all_of_them:
        written = re.findall(
            r"""^\s*(?:import|export)[^;]*['"](\.\.?/[^'"]+)['"]""", (STATIC / module).read_text(), re.M
        )
        needed = {str((STATIC / module).parent.joinpath(name).resolve().relative_to(STATIC)) for name in written}
        assert needed <= set(all_of_them), module


@pytest.mark.django_db
def test_pages_name_every_module(people: People, client: Client) -> None:
    alert = paused(people.workspace)
    client.force_login(people.ann)
    for path in (alert.get_absolute_url(), reverse("inbox", args=["acme"])):
        loaded = LOADED.findall(client.get(path).content.decode())
        assert {name for entry in loaded for name in modules_of(entry)} <= set(loaded), path
    door = LOADED.findall(Client().get(f"/t/{alert.share_link.token}").content.decode())
    assert {"live/page.js", *modules_of("live/page.js")} <= set(door)
