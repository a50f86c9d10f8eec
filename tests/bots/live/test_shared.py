"""The Chromium that the tests of this folder share: as good as new for each of them, or another one."""

import asyncio

import pytest

from bots.browser.cdp import CdpError
from bots.live.compositor import Compositor

from .chromium import Chromium
from .shared import Shared


def say(chromium: Chromium, script: str) -> None:
    chromium.cdp.post("Runtime.evaluate", {"expression": script, "userGesture": True}, chromium.tabs.active.session)


async def pages(chromium: Chromium) -> list[str]:
    targets = (await chromium.cdp.call("Target.getTargets"))["targetInfos"]
    return [target["url"] for target in targets if target["type"] == "page"]


async def test_it_is_the_same_one_and_nothing_of_the_test_before_is_in_it(
    shared: Shared, compositor: Compositor
) -> None:
    used = await shared.take()
    before, heard = (used.process.pid, used.tabs.active.id), []
    used.tabs.on_change(lambda: heard.append(used.tabs))
    context = await used.cdp.call("Target.createBrowserContext")
    await used.cdp.call("Target.createTarget", {"url": "about:blank"} | context)
    await used.cdp.call("Storage.setCookies", {"cookies": [{"name": "a", "value": "b", "url": "http://a.example"}]})
    say(used, "onbeforeunload = () => 'stay'; open('about:blank#p', 'p', 'width=300,height=200'); document.title = 'x'")
    compositor.button(True)
    (used.uploads / "file").write_text("of the one before")
    of_before = used.cdp
    await shared.give_back()
    heard.clear()
    again = await shared.take()
    assert again.process.pid == before[0]
    assert again.tabs.active.id != before[1]
    assert await pages(again) == ["about:blank"]
    assert (await again.cdp.call("Storage.getCookies"))["cookies"] == []
    assert (await again.cdp.call("Target.getBrowserContexts"))["browserContextIds"] == []
    assert list(again.uploads.iterdir()) == []
    assert (len(compositor.windows()), heard) == (1, [])
    with pytest.raises(CdpError):
        await of_before.call("Browser.getVersion")
    await shared.give_back()


@pytest.mark.parametrize("script", ["alert(1)", "while (true) alert(1)", "window.close()"])
async def test_whatever_a_page_does_the_next_test_has_one_that_answers(
    shared: Shared, compositor: Compositor, script: str
) -> None:
    used = await shared.take()
    say(used, script)
    await shared.give_back()
    again = await shared.take()
    assert await pages(again) == ["about:blank"]
    assert len(compositor.windows()) == 1
    await shared.give_back()


async def test_one_that_was_killed_or_was_not_given_back_is_followed_by_another(shared: Shared) -> None:
    killed = await shared.take()
    killed.process.kill()
    await killed.process.wait()
    await shared.give_back()
    kept = await shared.take()
    assert kept.process.pid != killed.process.pid
    async with asyncio.timeout(20):
        another = await shared.take()
    assert another.process.pid != kept.process.pid
    assert await pages(another) == ["about:blank"]
    await shared.give_back()
