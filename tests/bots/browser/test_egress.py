"""The way out: what may be reached from a page, and what must not, however it is spelled."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator

import pytest
from django.test import RequestFactory

from bots.browser import launch, refusals
from bots.browser.egress import Egress
from hitl.metrics import may_ask
from tests.bots.browser.conftest import Attach, Server, Site


@pytest.fixture
def canary() -> Iterator[Site]:
    """A listener on loopback that the operator has not listed."""
    with Site() as canary:
        yield canary
        canary.shutdown()


@pytest.fixture
async def egress(site: Site) -> AsyncIterator[Egress]:
    egress = Egress([site.target], "a token")
    await egress.start()
    yield egress
    await egress.stop()


async def ask(egress: Egress, head: str, body: bytes = b"") -> bytes:
    """Everything that comes back for a request to the proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
    writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return answer


async def test_it_forwards_a_plain_request_as_the_site_wants_it(egress: Egress, site: Site) -> None:
    url = site.url("/next?x=1").replace("//", "//name:secret@")
    answer = await ask(egress, f"GET {url} HTTP/1.1\nHost: {site.target}\nProxy-Connection: keep-alive")
    assert answer.startswith(b"HTTP/1.0 200")
    assert answer.endswith(b"<p>the next page</p>")
    assert site.asked == ["GET /next?x=1 HTTP/1.1"]


@pytest.mark.security
async def test_t2_what_is_listed_learns_that_a_page_asks(egress: Egress, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `make run` pages reach hitl's own address, from this very machine, which may read the metrics of all."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.put_nowait(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    target = "{}:{}".format(*server.sockets[0].getsockname())
    egress._private_targets = [target]
    await ask(egress, f"GET http://{target}/metrics HTTP/1.1\nHost: {target}")
    head = (await heard.get()).decode()
    assert "\r\nVia: 1.1 hitl\r\n" in head
    assert not may_ask(RequestFactory().get("/metrics", headers={"Via": "1.1 hitl"}, REMOTE_ADDR="127.0.0.1"))
    monkeypatch.setattr(Egress, "_is_inner", lambda *_: False)  # as for a site of the web
    await ask(egress, f"GET http://{target}/ HTTP/1.1\nHost: {target}")
    assert b"Via" not in await heard.get()
    server.close()


async def test_a_site_that_hangs_up_at_once_is_no_fault(
    egress: Egress, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line has no address any more."""
    unhandled: list[object] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "call_exception_handler", unhandled.append)
    monkeypatch.setattr(asyncio.StreamWriter, "get_extra_info", lambda *_: None)
    assert await ask(egress, f"GET http://{site.target}/ HTTP/1.1\nHost: {site.target}") == b""
    assert unhandled == []


async def test_it_opens_tunnels(egress: Egress, site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
    writer.write(f"CONNECT {site.target} HTTP/1.1\r\nHost: {site.target}\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(b"GET /next HTTP/1.0\r\n\r\n")
    assert (await reader.read()).endswith(b"<p>the next page</p>")
    writer.close()


async def test_nothing_waits_for_company_on_its_way_to_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted: asyncio.Queue[socket.socket] = asyncio.Queue()

    async def serve(self: Egress, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.put_nowait(writer.get_extra_info("socket"))

    monkeypatch.setattr(Egress, "_serve", serve)
    egress = Egress([], "a token")
    await egress.start(socket.create_server(("127.0.0.1", 0)))  # as the launch makes it
    _, writer = await asyncio.open_connection("127.0.0.1", egress.port)
    line = await asyncio.wait_for(accepted.get(), 5)
    assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    await egress.stop()


SPELLINGS = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"]  # noqa: S104


@pytest.mark.parametrize("host", SPELLINGS)
async def test_t2_loopback_is_refused_however_it_is_spelled(egress: Egress, canary: Site, host: str) -> None:
    target = f"{host}:{canary.server_port}"
    tunnel = await ask(egress, f"CONNECT {target} HTTP/1.1\nHost: {target}")
    plain = await ask(egress, f"GET http://{target}/ HTTP/1.1\nHost: {target}")
    assert tunnel.startswith(b"HTTP/1.1 403")
    assert plain.startswith(b"HTTP/1.1 403")
    head, _, sentence = plain.decode().partition("\r\n\r\n")
    mark = head.partition("X-Hitl-Refused: ")[2].partition("\r\n")[0]
    assert refusals.is_ours("a token", f"http://{target}/", mark, sentence)  # the runner knows the sentence for ours
    assert "the operator has not listed it" in sentence
    assert canary.asked == []


def test_t15_no_site_can_speak_in_our_name() -> None:
    mark = refusals.mark("a token", "10.0.0.1", 80, "It is private.")
    assert refusals.is_ours("a token", "http://10.0.0.1/any?page=1", mark, "It is private.")
    assert not refusals.is_ours("another", "http://10.0.0.1/", mark, "It is private.")
    assert not refusals.is_ours("a token", "http://site.example/", mark, "It is private.")
    assert not refusals.is_ours("a token", "http://10.0.0.1:8080/", mark, "It is private.")
    assert not refusals.is_ours(
        "a token", "https://10.0.0.1:80/", mark, "It is private."
    )  # in a tunnel the site speaks
    assert not refusals.is_ours("a token", "http://10.0.0.1/", mark, "Type your password into the box above.")
    assert not refusals.is_ours("a token", "http://10.0.0.1/", "1", "It is private.")
    assert not refusals.is_ours("a token", "http://[/", "1", "It is private.")


@pytest.mark.parametrize(
    "host", ["10.9.9.9", "169.254.169.254", "100.64.0.1", "[64:ff9b::7f00:1]", "[::1]", "[fe80::1]"]
)
async def test_t2_inner_networks_are_refused(egress: Egress, host: str) -> None:
    assert (await ask(egress, f"CONNECT {host}:80 HTTP/1.1")).startswith(b"HTTP/1.1 403")


async def test_t2_a_name_is_resolved_once_and_its_checked_address_dialled(
    egress: Egress, canary: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])
    dialled: list[str] = []

    async def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    async def dial(host: str, port: int, **_: object) -> None:
        dialled.append(host)
        raise OSError("no network here")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    monkeypatch.setattr(asyncio, "open_connection", dial)
    with pytest.raises(Exception, match="could not be reached"):
        await egress.connect("rebind.example", canary.server_port)
    assert dialled == ["93.184.216.34"]
    with pytest.raises(Exception, match="not on the public internet"):
        await egress.connect("rebind.example", canary.server_port)
    assert dialled == ["93.184.216.34"]


async def test_t2_nobody_learns_which_names_there_are_in_an_inner_network(
    egress: Egress, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    names = {"vault.corp.example": "10.1.2.3", "own.corp.example": "203.0.113.9"}

    async def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if host not in names:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (names[host], port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    monkeypatch.setattr("bots.browser.egress._is_own", lambda address: address == "203.0.113.9")
    said = set()
    with caplog.at_level("INFO"):
        for host in (*names, "none.corp.example"):
            answer = await ask(egress, f"GET http://{host}/ HTTP/1.1\nHost: {host}")
            marked = answer.replace(host.encode(), b"NAME").split(b"\r\n")
            said.add(tuple(line for line in marked if not line.startswith((b"X-Hitl-Refused", b"Content-Length"))))
            said.add((await egress.why_closed(host, 80)).replace(host, "NAME"))
    assert len(said) == 2  # on the page and at the address bar, and each time the same
    assert "10.1.2.3" not in str(said)
    assert "10.1.2.3" in caplog.text  # whoever hosts it reads why


NONSENSE = [
    "nonsense",
    "GET",
    "GET / HTTP/1.1",
    "GET ftp://a/ HTTP/1.1",
    "CONNECT :80 HTTP/1.1",
    "CONNECT a:99999 HTTP/1.1",
]


@pytest.mark.parametrize("head", NONSENSE)
async def test_it_refuses_what_is_no_proxy_request(egress: Egress, head: str) -> None:
    assert (await ask(egress, head)).startswith(b"HTTP/1.1 400")


async def test_it_tells_that_no_name_can_be_looked_up(egress: Egress, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int, **_: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    assert (await ask(egress, "CONNECT site.example:443 HTTP/1.1")).startswith(b"HTTP/1.1 502")


ATTEMPTS = """async target => {
  const [host, port] = target.split(":");
  const hosts = [host, "localhost", "2130706433", "127.1", "0x7f.1", "[::ffff:7f00:1]", "[::1]", "0.0.0.0"];
  const quietly = attempt => Promise.resolve().then(attempt).catch(() => null);
  for (const name of hosts) {
    const url = `http://${name}:${port}/canary`;
    await quietly(() => fetch(url, {mode: "no-cors"}));
    await quietly(() => fetch(url, {method: "POST", mode: "no-cors", body: "FLUSHALL"}));
    await quietly(() => navigator.sendBeacon(url, "x"));
    await quietly(() => new Promise(done => {
      const socket = new WebSocket(url.replace("http", "ws"));
      socket.onerror = socket.onopen = done;
    }));
    for (const kind of ["img", "iframe", "script"]) {
      await quietly(() => new Promise(done => {
        const element = document.createElement(kind);
        element.onload = element.onerror = done;
        element.src = url;
        document.body.append(element);
      }));
    }
  }
  const relays = {urls: [`turn:${target}`, `turn:${target}?transport=tcp`], username: "u", credential: "c"};
  const peer = new RTCPeerConnection({iceServers: [{urls: `stun:${target}`}, relays]});
  peer.createDataChannel("x");
  const gathered = new Promise(done => peer.onicecandidate = ({candidate}) => candidate || done());
  await peer.setLocalDescription(await peer.createOffer());
  await gathered;
  await quietly(() => new WebTransport(`https://${target}/canary`).ready);
  const worker = new Worker(URL.createObjectURL(new Blob([`
    fetch("http://${target}/canary", {mode: "no-cors"}).catch(() => null).then(() => postMessage("done"))`])));
  await new Promise(done => worker.onmessage = done);
}"""


async def test_t2_a_page_reaches_no_inner_address(attach: Attach, site: Site, canary: Site) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", canary.server_port))
        udp.setblocking(False)
        page = (await attach()).contexts[0].pages[0]
        site.redirects["/away"] = canary.url("/canary")
        await page.goto(site.url())
        await page.evaluate(ATTEMPTS, canary.target)
        await page.goto(site.url("/away"))
        assert "the operator has not listed it" in await page.content()
        await page.goto(canary.url("/canary"))
        assert canary.asked == []
        with pytest.raises(BlockingIOError):
            udp.recv(1)
    assert site.asked.count("GET /away HTTP/1.1") == 1


async def test_t2_the_kernel_cuts_off_what_knows_no_proxy(server: Server, attach: Attach, canary: Site) -> None:
    """As Chromium's own user, in its network, beside its sandbox: what a broken network service could do."""
    code = f"import socket; socket.create_connection(('127.0.0.1', {canary.server_port}), 5)"
    inside = ["nsenter", f"--net=/proc/{server.chromium()}/ns/net", "python3", "-c", code]
    tried = await asyncio.create_subprocess_exec(*inside, stderr=asyncio.subprocess.PIPE)
    assert b"ConnectionRefusedError" in (await tried.communicate())[1]
    assert os.readlink(f"/proc/{server.chromium()}/ns/net") != os.readlink("/proc/self/ns/net")
    assert await (await attach()).contexts[0].pages[0].evaluate("navigator.onLine") is True


async def test_t2_a_page_does_not_reach_the_browser_server_itself(attach: Attach, site: Site, server: Server) -> None:
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    await page.goto(f"http://{server.address}/control")
    assert "the operator has not listed it" in await page.content()


async def test_a_websocket_of_a_listed_target_arrives(attach: Attach, site: Site) -> None:
    page = (await attach()).contexts[0].pages[0]
    await page.goto(site.url())
    outcome = "url => new Promise(done => { const s = new WebSocket(url); s.onerror = () => done('closed'); })"
    assert await page.evaluate(outcome, site.url("/ws").replace("http", "ws")) == "closed"
    assert "GET /ws HTTP/1.1" in site.asked


def test_chromiums_network_does_not_change_while_its_first_page_loads() -> None:
    """An address of IPv6 that comes later would break off what is under way (ERR_NETWORK_CHANGED)."""
    look = ["ip", "-6", "-oneline", "address", "show", "scope", "link"]
    found, _ = launch._cut_off(lambda: subprocess.run(look, check=True, capture_output=True, text=True).stdout)
    assert "tentative" not in found
