"""Secrets of a workspace: kept sealed, never shown again, missed before a bot starts and not in the middle of it."""

from __future__ import annotations

import json

import pytest
from django.test import override_settings

from bots.models import Bot, CannotStart, Secret
from hitl.tenants.people import Person
from tests.people import People, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.security]

VALUE = "Tr0ub4dor&3 and more"


@pytest.fixture
def ann(people: People) -> Person:
    return Person.member(people.ann)


@pytest.fixture
def bot(people: People, ann: Person) -> Bot:
    field = {"type": "change", "selectors": ["#pin"], "value": "{{secrets.pin}}"}
    steps = [{"type": "navigate", "url": "https://shop.example/"}, field]
    return Bot.make(people.workspace, ann, "Payer", json.dumps({"title": "Payer", "steps": steps}))


PAGE = "/w/acme/settings/secrets/"


def test_it_is_made_on_its_page_and_never_shown_again(people: People) -> None:
    client = signed_in(people.ann)
    form = {"name": "pin", "value": VALUE, "sites": "https://Shop.example/login\n*.shop.example, bücher.example:8443"}
    assert client.post(PAGE, form).status_code == 302
    secret = Secret.objects.get()
    assert (secret.value, secret.author) == (VALUE, "Ann")
    assert secret.sites == ["shop.example", "*.shop.example", "xn--bcher-kva.example:8443"]
    assert VALUE not in secret.sealed_value
    for page in (PAGE, f"{PAGE}{secret.public_id}/"):
        answer = client.get(page)
        assert "Tr0ub4dor" not in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
    event = people.workspace.audit.get(verb="secret.made")
    assert event.detail == {"name": "pin", "sites": secret.sites}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "my pin", "letters, digits, _ and - only"),
        ("value", "ab", "at least 3 characters"),
        ("sites", "not/a/host", "is not a host"),
        ("sites", "https://shop_example/", "is not a host"),
    ],
)
def test_what_is_wrong_is_said_and_the_value_is_not_sent_back(
    people: People, field: str, value: str, sentence: str
) -> None:
    form = {"name": "pin", "value": VALUE, "sites": "a.example"} | {field: value}
    answer = signed_in(people.ann).post(PAGE, form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "Tr0ub4dor" not in answer.content.decode()
    assert "a.example" in answer.content.decode() or field == "sites"
    assert not Secret.objects.exists()


def test_a_name_stands_once_in_a_workspace(people: People, ann: Person) -> None:
    Secret.make(people.workspace, ann, "pin", VALUE)
    Secret.make(people.other, Person.member(people.sam), "pin", "another one")
    answer = signed_in(people.ann).post(PAGE, {"name": "pin", "value": "5555"})
    assert "There is a secret of this name" in answer.content.decode()
    assert Secret.objects.get(workspace=people.workspace).value == VALUE


def test_another_value_or_other_sites_keep_the_rest(people: People, ann: Person) -> None:
    secret = Secret.make(people.workspace, ann, "pin", VALUE, ["a.example"])
    client, page = signed_in(people.ann), f"{PAGE}{secret.public_id}/"
    client.post(page, {"value": "", "sites": "b.example"})
    secret.refresh_from_db()
    assert (secret.value, secret.sites) == (VALUE, ["b.example"])
    client.post(page, {"value": "new value", "sites": "b.example"})
    secret.refresh_from_db()
    assert (secret.value, secret.sites) == ("new value", ["b.example"])
    verbs = list(people.workspace.audit.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["secret.made", "secret.changed", "secret.replaced"]


def test_deleting_warns_of_the_bots_that_use_it(people: People, ann: Person, bot: Bot) -> None:
    secret = Secret.make(people.workspace, ann, "pin", VALUE)
    client = signed_in(people.ann)
    assert "1 bot cannot be started any more" in client.get(f"{PAGE}{secret.public_id}/").content.decode()
    client.post(f"{PAGE}{secret.public_id}/remove/")
    assert not Secret.objects.exists()
    page = client.get(PAGE).content.decode()
    assert "Used by bots, but not here" in page
    assert "Payer" in page


def test_a_missing_secret_is_said_before_the_start(people: People, ann: Person, bot: Bot) -> None:
    Secret.make(people.other, Person.member(people.sam), "pin", "of another workspace")
    with pytest.raises(CannotStart, match="uses the secret “pin”, which this workspace does not have"):
        bot.start(ann, {})
    client, page = signed_in(people.bob), f"/w/acme/bots/{bot.public_id}/"
    assert "This bot cannot be started" in client.get(page).content.decode()
    answer = client.post(f"{page}run/")
    assert answer.status_code == 422
    assert "which this workspace does not have" in answer.content.decode()
    assert not bot.executions.exists()


def test_a_secret_whose_key_is_gone_is_said_before_the_start(people: People, ann: Person, bot: Bot) -> None:
    Secret.make(people.workspace, ann, "pin", VALUE)
    assert bot.start(ann, {}).status == "queued"
    with override_settings(SECRET_KEY="another"), pytest.raises(CannotStart, match="sealed by a key that is gone"):
        bot.start(ann, {})


def test_the_runner_gets_what_the_script_uses_and_no_more(people: People, ann: Person, bot: Bot) -> None:
    used = Secret.make(people.workspace, ann, "pin", VALUE, ["shop.example"])
    other = Secret.make(people.workspace, ann, "other", "something else")
    opened = Secret.objects.filter(workspace=people.workspace).opened(bot.script)
    assert opened == {"secrets": {"pin": VALUE}, "sites": {"pin": ["shop.example"]}}
    for secret, is_used in ((used, True), (other, False)):
        secret.refresh_from_db()
        assert (secret.last_used_at is not None) == is_used
