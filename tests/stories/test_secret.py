"""N9 for secrets of a workspace: typed into a page, read back by the bot, in an error and a mail; found nowhere."""

import json

import pytest
from django.apps import apps
from django.core import serializers
from redis import Redis

from bots.models import BrowserSession, Execution, Secret
from hitl.tenants.people import Person
from tests.conftest import becomes, facts
from tests.mailsink import MailSink
from tests.people import People, signed_in
from tests.stack import Stack
from tests.stories.desk import files_with, make_bot, status

pytestmark = [pytest.mark.story, pytest.mark.security, pytest.mark.asyncio(loop_scope="session")]

CANARY = "CaNaRy&4k/zq 81"
PARTS = (b"CaNaRy", b"zq 81", b"zq%2081", b"zq+81")  # however it is written


def script(url: str) -> str:
    """It fails at its end, once the secret has been everywhere."""
    field, password = ["aria/Customer number"], ["aria/Password"]
    steps = [
        {"type": "navigate", "url": f"{url}/practice/login/"},
        {"type": "change", "selectors": [field], "value": "{{secrets.canary}}"},
        {"type": "extract", "name": "back", "selectors": [field]},
        {"type": "change", "selectors": [field], "value": "4711"},
        {"type": "change", "selectors": [password], "value": "{{secrets.canary}}"},
        {"type": "extract", "name": "again", "selectors": [password], "attribute": "value"},
        {"type": "assert", "selectors": [field], "text": "{{secrets.canary}} {{again}}", "timeout": 500},
    ]
    return json.dumps({"title": "Canary", "steps": steps})


async def test_n9_a_secret_is_found_nowhere(stack: Stack, people: People, mail: MailSink) -> None:
    ann = Person.member(people.ann)
    await facts(Secret.make, people.workspace, ann, "canary", CANARY, [stack.base_url.removeprefix("http://")])
    bot = await facts(make_bot, people.workspace, "Canary", script(stack.base_url))
    execution = await facts(bot.start, ann, {})
    await becomes(lambda: status(execution), "waiting_for_human")
    letter = await mail.to("bob@example.com")
    alert = await facts(execution.alerts.get)
    assert "•••" in alert.instructions
    assert execution.output == {"back": "•••", "again": "•••"}
    await facts(alert.complete, ann, {"choice": "fail"})
    await becomes(lambda: status(execution), "failed")
    await becomes(lambda: BrowserSession.objects.get().ended_at is not None, True)

    pages = await facts(shown, people, execution, alert.public_id)
    said = (letter.part("plain") + letter.part("html")).encode()
    for where, content in {"mail": said, "pages": pages, "rows": await facts(rows)}.items():
        assert not is_in(content), where
    assert files_with(stack.var, is_in) == []
    assert [key for key in kept_by(Redis.from_url(stack.environment["REDIS_URL"])) if is_in(key)] == []


def is_in(content: bytes) -> bool:
    return any(part in content for part in PARTS)


def rows() -> bytes:
    """Everything that the database holds, as a dump writes it."""
    return b"".join(serializers.serialize("json", model._base_manager.all()).encode() for model in apps.get_models())


def kept_by(redis: Redis) -> list[bytes]:
    return [redis.dump(key) or b"" for key in redis.scan_iter()]


def shown(people: People, execution: Execution, alert: str) -> bytes:
    client = signed_in(people.ann)
    here = f"/w/{people.workspace.slug}"
    paths = (f"executions/{execution.public_id}/", f"alerts/{alert}/", "settings/secrets/", "settings/")
    return b"".join(client.get(f"{here}/{path}").content for path in paths)
