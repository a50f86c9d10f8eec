"""What a client may ask: every method of the installed Chromium is named, and the holes are closed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.browser import policy
from bots.browser.mux import Client, Mux
from bots.browser.policy import Known, Refused, check, is_page_url, verdicts
from tests.bots.browser.cdp_line import CdpLine
from tests.bots.browser.conftest import Attach, Server, Site
from tests.bots.browser.protocol import methods_of

FOLDERS = Known(Path("/s/downloads"), Path("/s/uploads"))

FILE_URLS = """
file:///etc/passwd file:/etc/passwd FILE:///etc/passwd fi\tle:///etc/passwd \x01file:///etc/passwd file://localhost/etc/passwd
view-source:file:///etc/passwd view-source:http://a/ chrome://version chrome://settings chrome-untrusted://x devtools://devtools/x
chrome-extension://abc/x javascript:alert(1) filesystem:http://a/temporary/x blob:file:///x blob:null/x about:version
about:settings ftp://a/ chrome-search://x /etc/passwd etc/passwd C:\\x
""".strip().replace("\n", " ").split(" ")  # fmt: skip


async def test_every_cdp_method_of_the_installed_chromium_is_classified(chromium_path: str) -> None:
    assert await methods_of(chromium_path) == verdicts().keys()


def test_every_method_to_check_has_its_check() -> None:
    assert {method for method, verdict in verdicts().items() if verdict == "check"} == policy._CHECKS.keys()


DENIED = [
    "Browser.crash",
    "Browser.crashGpuProcess",
    "Browser.getBrowserCommandLine",
    "Browser.executeBrowserCommand",
    "DOM.getFileInfo",
    "Extensions.loadUnpacked",
    "FileSystem.getDirectory",
    "Memory.prepareForLeakDetection",
    "Network.loadNetworkResource",
    "Page.crash",
    "Page.setBypassCSP",
    "PWA.install",
    "Page.startScreencast",
    "Security.setIgnoreCertificateErrors",
    "SystemInfo.getInfo",
    "Target.exposeDevToolsProtocol",
    "Target.openDevTools",
    "Target.sendMessageToTarget",
    "Target.setRemoteLocations",
    "Tethering.bind",
    "Tracing.start",
    "WebAuthn.getCredentials",
    "Cast.enable",
    "DeviceAccess.enable",
    "BluetoothEmulation.enable",
    "HeapProfiler.takeHeapSnapshot",
    "Made.up",
]


@pytest.mark.parametrize("method", DENIED)
def test_t3_it_denies(method: str) -> None:
    with pytest.raises(Refused, match="is not available"):
        check(method, {}, FOLDERS)


@pytest.mark.parametrize("url", FILE_URLS)
@pytest.mark.parametrize("method", ["Page.navigate", "Target.createTarget"])
def test_t4_no_client_opens_a_page_of_the_machine_or_of_the_browser(method: str, url: str) -> None:
    with pytest.raises(Refused, match="http and https"):
        check(method, {"url": url}, FOLDERS)


@pytest.mark.parametrize(
    "url",
    ["http://a/", "HTTPS://a/", "about:blank", "about:blank#x", "data:text/html,x", "blob:https://a/1", ""],
)
def test_it_lets_pages_of_the_web_be_opened(url: str) -> None:
    assert is_page_url(url)
    assert check("Page.navigate", {"url": url}, FOLDERS) == {"url": url}


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("DOM.setFileInputFiles", {"files": ["/etc/passwd"]}),
    ("DOM.setFileInputFiles", {"files": ["/s/uploads/../downloads/x"]}),
    ("DOM.setFileInputFiles", {"files": ["/s/uploads/a", "/s/uploadsx"]}),
    ("Fetch.continueRequest", {"requestId": "1", "url": "file:///etc/passwd"}),
    ("IO.read", {"handle": "somebody else's"}),
    ("Input.dispatchDragEvent", {"data": {"files": ["/etc/passwd"]}}),
    ("Target.createBrowserContext", {"proxyServer": "direct://"}),
    ("Target.createBrowserContext", {"proxyBypassList": "127.0.0.1"}),
    ("Target.createBrowserContext", {"originsWithUniversalNetworkAccess": ["http://a"]}),
    ("Target.disposeBrowserContext", {"browserContextId": "the default one"}),
    ("Browser.grantPermissions", {"permissions": ["geolocation", "localFonts"]}),
    ("Browser.setPermission", {"permission": {"name": "local-fonts"}, "setting": "granted"}),
]


@pytest.mark.parametrize(("method", "params"), REFUSED)
def test_t3_it_refuses_parameters_that_open_a_way_out(method: str, params: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        check(method, params, FOLDERS)


def test_t4_downloads_go_to_the_sessions_folder_whatever_a_client_says() -> None:
    for method in ("Browser.setDownloadBehavior", "Page.setDownloadBehavior"):
        sent = check(method, {"behavior": "deny", "downloadPath": "/app/static", "eventsEnabled": True}, FOLDERS)
        assert sent["downloadPath"] == "/s/downloads"
        assert sent["behavior"].startswith("allow")


def test_t31_the_browsers_own_targets_are_filtered_out_of_every_list() -> None:
    for params in ({}, {"filter": [{}]}, {"filter": [{"type": "browser_ui", "exclude": False}]}):
        first, *_ = check("Target.getTargets", dict(params), FOLDERS)["filter"]
        assert first == {"type": "browser_ui", "exclude": True}


def test_t3_sessions_are_always_flat() -> None:
    assert check("Target.attachToTarget", {"targetId": "T", "flatten": False}, FOLDERS)["flatten"] is True
    assert check("Target.setAutoAttach", {"autoAttach": True, "flatten": False}, FOLDERS)["flatten"] is True


# A fake end of Chromium records what arrives.

names = st.sampled_from(sorted(verdicts())) | st.text(max_size=20)
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(FILE_URLS)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
keys = st.sampled_from(["url", "files", "handle", "data", "proxyServer", "permissions", "filter", "flatten"]) | st.text(
    max_size=8
)
messages = st.fixed_dictionaries(
    {"id": st.integers(), "method": names},
    optional={
        "params": st.dictionaries(keys, values, max_size=4) | values,
        "sessionId": st.sampled_from(["ROOT", "OTHER", ""]),
    },
)


@settings(max_examples=2000, deadline=None)
@given(messages)
def test_t3_whatever_is_sent_no_denied_method_arrives(message: dict[str, Any]) -> None:
    arrived: list[dict[str, Any]] = []
    mux = Mux(lambda text: arrived.append(json.loads(text)), FOLDERS)
    client = Client("script", lambda text: None, lambda code, reason: None)
    mux.adopt(client, "ROOT")
    mux.from_client(client, json.dumps(message))
    for sent in arrived:
        assert verdicts()[sent["method"]] != "deny"
        assert sent.get("sessionId") in ("ROOT", None)
        assert is_page_url(str(sent["params"].get("url", ""))) or sent["method"] not in (
            "Page.navigate",
            "Target.createTarget",
        )


@pytest.mark.parametrize(
    "text",
    [
        '{"id":1,"method":"A.b","sessionId":[]}',
        "",
        "{",
        "[]",
        "1",
        "null",
        '"x"',
        '{"id": 1}',
        '{"id": 1, "method": 2}',
        '{"id":1,"method":"A.b","params":[1]}',
    ],
)
def test_t3_what_is_no_cdp_message_ends_the_connection(text: str) -> None:
    closed: list[tuple[int, str]] = []
    mux = Mux(lambda text: None, FOLDERS)
    client = Client("script", lambda text: None, lambda *why: closed.append(why))
    mux.adopt(client, "ROOT")
    mux.from_client(client, text)
    assert closed == [(4400, "That was no CDP message.")]


@pytest.mark.security
@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("Page.addScriptToEvaluateOnNewDocument", "worldName"),
        ("Page.createIsolatedWorld", "worldName"),
        ("Runtime.addBinding", "executionContextName"),
    ],
)
def test_t3_nobody_else_puts_anything_into_the_world_of_our_scripts(method: str, name: str) -> None:
    assert check(method, {name: "theirs"}, FOLDERS) == {name: "theirs"}
    with pytest.raises(Refused):
        check(method, {name: policy.OUR_WORLD}, FOLDERS)


# In the real browser


@pytest.mark.security
async def test_t3_a_client_does_not_get_to_know_the_world_of_our_scripts(site: Site, attach: Attach) -> None:
    page = (await attach("script")).contexts[0].pages[0]
    line = await page.context.new_cdp_session(page)
    seen: list[str] = []
    line.on("Runtime.executionContextCreated", lambda event: seen.append(event["context"]["name"]))
    await line.send("Runtime.enable")
    await page.goto(site.url())
    await page.evaluate("1")
    assert any(seen)
    assert [name for name in seen if name.startswith("hitl")] == []


async def test_t3_a_client_cannot_speak_on_another_clients_session(server: Server) -> None:
    async with (
        CdpLine(server.address, server.headers()) as one,
        CdpLine(server.address, server.headers("script")) as other,
    ):
        session = await one.page()
        answer = await other.call("Runtime.evaluate", {"expression": "1"}, session)
        assert answer["error"]["message"] == "Session with given id not found."
        assert "result" in await one.call("Runtime.evaluate", {"expression": "1"}, session)


async def test_t31_no_page_leads_to_a_page_of_the_machine_or_of_the_browser(
    attach: Attach, site: Site, server: Server
) -> None:
    canary = server.folder / "uploads" / "canary.txt"
    canary.write_text("CANARY-FILE")
    os.chown(canary, server.uid(), -1)
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    for url in (
        canary.as_uri(),
        "chrome://version",
        f"view-source:{site.url()}",
        "devtools://devtools/bundled/inspector.html",
    ):
        await page.evaluate(
            "url => { window.open(url); const link = document.createElement('a'); link.href = url; link.click(); }",
            url,
        )
        await page.evaluate(
            "url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))", url
        )
        assert await page.evaluate("document.readyState") == "complete"
    assert "CANARY-FILE" not in await page.content()
    assert not [frame.url for frame in page.frames if frame.url.startswith(("file:", "chrome:", "devtools:"))]
    assert all(is_page_url(each.url) for each in page.context.pages)


async def test_t31_no_click_or_script_opens_a_window_of_the_browsers_own(
    attach: Attach, site: Site, server: Server
) -> None:
    site.pages["/"] += "<input type=file id=file><a href=/next>on</a>"
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    raw = await page.context.new_cdp_session(page)
    await raw.send("Page.setInterceptFileChooserDialog", {"enabled": False})  # one client cannot open it for all
    await page.click("#file")
    await page.click("a", button="right")
    await page.evaluate("print()")
    assert await page.evaluate("document.readyState") == "complete"
    status = await server.call("status")
    assert (status["windows"], status["tabs"], status["url"]) == (1, 1, site.url())


async def test_it_takes_files_that_were_uploaded_for_the_session(attach: Attach, site: Site) -> None:
    site.pages["/"] += "<input type=file id=file>"
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    await page.set_input_files("#file", {"name": "list.txt", "mimeType": "text/plain", "buffer": b"one"})
    assert await page.evaluate("document.querySelector('#file').files[0].text()") == "one"
