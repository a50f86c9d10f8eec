"""How a session begins and every way in which it ends: what is left afterwards is nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser import chromium, client, launch, processes, uids
from bots.browser.client import StartFailed
from bots.browser.server import STEPPED_BACK
from tests.bots.browser.cdp_line import CdpLine
from tests.bots.browser.conftest import Attach, Server, StartServer
from tests.bots.browser.standing import Standing
from tests.waiting import soon


@pytest.fixture
async def server(start: StartServer) -> Server:
    """One of each test's own: what it does to it is not taken back."""
    return await start()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def untouched(port: int) -> AsyncIterator[Server]:
    """For tests that look at its processes: none of them is about to end."""
    standing = Standing(f"127.0.0.1:{port}")
    server = await standing.take()
    yield server
    await server.close()
    await standing.end()


def proc(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()


def is_gone(pid: int) -> bool:
    return all(process.pid != pid for process in processes.alive())


async def nothing_is_left(server: Server, uid: int) -> None:
    """Awaited: no process of the session (also no zombie of Chromium's), no folder, no listener, no lock (N10)."""
    await soon(lambda: is_gone(server.pid))
    await soon(lambda: not processes.of_uid(uid))
    assert not server.folder.exists()
    host, port = server.address.split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
    uids.take(uid).close()


# The beginning


async def test_t20_the_command_line_is_the_template(start: StartServer) -> None:
    server = await start(token="--no-sandbox --user-data-dir=/etc", size=(900, 700), private_targets=["--evil:1"])
    line = server.command_line()
    proxy = next(flag for flag in line if flag.startswith("--proxy-server="))
    place = chromium.Place(server.folder, server.folder / "profile", *[server.folder] * 3)
    port = int(proxy.rpartition(":")[2])
    assert line == chromium.command_line(chromium.find(None), place, (900, 700), port, sandbox=True)


async def test_t5_it_runs_sandboxed_as_a_user_of_its_own(untouched: Server) -> None:
    below = processes.below(untouched.pid)
    renderers = chromium.renderers(below)
    assert renderers
    assert chromium.unsandboxed(below) == []
    for pid in renderers:
        status = proc(pid, "status")
        assert "NoNewPrivs:\t1\n" in status
        assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
    assert untouched.uid() in uids.POOL
    banned = re.compile(r"--(no-sandbox|disable-web-security|remote-allow-origins|remote-debugging-port|.*-cmd-prefix)")
    assert not [flag for flag in untouched.command_line() if banned.match(flag)]


async def test_t5_it_refuses_a_chromium_without_its_sandbox(start: StartServer, sessions: Path) -> None:
    wrapper = sessions / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {chromium.find(None)} --no-sandbox "$@"\n')
    wrapper.chmod(0o755)
    with pytest.raises(StartFailed, match="without its sandbox"):
        await start(chromium=str(wrapper))
    assert not (sessions / "exe_1").exists()
    assert (await start("exe_2", chromium=str(wrapper), sandbox=False)).pid


@pytest.mark.security
def test_t31_its_user_finds_the_programs_that_do_nothing_whatever_the_umask(sessions: Path) -> None:
    before = os.umask(0o077)
    try:
        place = chromium.lay_out(sessions / "exe_3", uids.POOL[0], sessions / "sockets")
    finally:
        os.umask(before)
    found = subprocess.run(
        ["/bin/sh", "-c", "for name in xdg-open xdg-settings xdg-email; do command -v $name; done"],
        env=chromium.environment(place, "wayland-0"),
        user=uids.POOL[0],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split()
    assert {Path(program).parent for program in found} == {place.programs}
    assert len(found) == 3


async def test_two_sessions_never_share_a_user(start: StartServer) -> None:
    one, other = await asyncio.gather(start("exe_1"), start("exe_2"))
    assert one.uid() != other.uid()
    with pytest.raises(uids.NoUid):
        uids.take(one.uid())


async def test_t4_chromiums_user_owns_its_profile_and_reads_nothing_of_ours(untouched: Server) -> None:
    uid = untouched.uid()
    environment = proc(untouched.chromium(), "environ").split("\0")
    assert {entry.partition("=")[0] for entry in environment if entry} <= {
        "HOME", "TMPDIR", "PATH", "LANG", "XDG_RUNTIME_DIR", "WAYLAND_DISPLAY", "CHROME_WRAPPER", "NO_AT_BRIDGE",
    }  # fmt: skip
    for name in (launch.STATE, "server.log", "chromium.log"):
        assert (untouched.folder / name).stat().st_mode & 0o077 == 0, name
    for name in ("profile", "downloads"):
        found = (untouched.folder / name).stat()
        assert (found.st_uid, found.st_mode & 0o777) == (uid, 0o700)
    assert untouched.token not in "\0".join(environment) + "\0".join(untouched.command_line())
    arguments = proc(untouched.pid, "cmdline") + proc(untouched.pid, "environ")
    assert untouched.token not in arguments


async def test_t6_chromium_listens_nowhere(untouched: Server) -> None:
    pids = processes.below(untouched.pid)
    held = {name for pid in pids for name in _descriptors(pid)}
    listening = {f"socket:[{inode}]" for inode in _listening()}
    assert held
    assert not held & listening


def _descriptors(pid: int) -> Iterator[str]:
    """What the process has open; it may end, or close one, at any moment."""
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield os.readlink(link)


def _listening() -> set[str]:
    """Inodes of TCP sockets that listen, in all network namespaces that Chromium's processes are in."""
    tables = [Path(f"/proc/{process.pid}/net/{name}") for process in processes.alive() for name in ("tcp", "tcp6")]
    rows = [row.split() for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
    return {row[9] for row in rows if row[3] == "0A"}


@pytest.mark.security
async def test_t11_its_pages_leave_the_processor_to_whom_people_wait_for(untouched: Server) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    for pid in (untouched.pid, *processes.below(untouched.pid)):
        with suppress(ProcessLookupError):  # of Chromium's helpers some come and go
            assert os.getpriority(os.PRIO_PROCESS, pid) == min(ours + STEPPED_BACK, 19)
            if os.getsid(pid) == untouched.pid and (autogroup := proc_or_nothing(pid, "autogroup")):
                assert f"nice {STEPPED_BACK}" in autogroup


def proc_or_nothing(pid: int, name: str) -> str:
    """Empty where this kernel has no such thing, or the process has gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_text()
    return ""


@pytest.mark.security
async def test_t11_where_memory_runs_out_its_pages_go_before_all_else(untouched: Server) -> None:
    chromiums = processes.below(untouched.pid)
    scores = {pid: proc(pid, "oom_score_adj").strip() for pid in chromiums}
    assert min(map(int, scores.values())) >= 300
    assert proc(untouched.pid, "oom_score_adj") == proc(os.getpid(), "oom_score_adj")


async def test_it_says_what_to_do_when_it_cannot_start(start: StartServer, sessions: Path) -> None:
    with pytest.raises(StartFailed, match="set HITL_CHROMIUM"):
        await start(chromium="/no/such/chromium")
    locked = sessions / "locked"
    locked.mkdir(mode=0o700)
    with pytest.raises(StartFailed, match=r"chmod o\+x"):
        await start("locked/exe_1")
    with pytest.raises(StartFailed, match="did not come up"):
        await start("exe_3", chromium="/bin/true")
    assert os.listdir(sessions) == ["locked"]


async def test_it_does_not_take_a_folder_that_another_server_uses(untouched: Server) -> None:
    with pytest.raises(StartFailed, match="Another browser server"):
        await client.start(client.Config(token="another", folder=untouched.folder))
    assert (await untouched.call("status"))["alive"]


async def test_t21_nothing_of_one_session_is_in_the_next(start: StartServer) -> None:
    one = await start()
    (one.folder / "profile" / "left-behind").write_text("cookie")
    await one.call("end", reason="over")
    again = await start()
    assert not (again.folder / "profile" / "left-behind").exists()


# The end


async def test_n10_ending_leaves_nothing(server: Server, attach: Attach) -> None:
    uid, main = server.uid(), server.chromium()
    await attach()
    assert await server.call("end", reason="over") == {}
    await nothing_is_left(server, uid)
    assert is_gone(main)


async def test_it_ends_when_told_to_stop(server: Server) -> None:
    uid = server.uid()
    os.kill(server.pid, signal.SIGTERM)
    assert (await server.event("gone"))["reason"] == "The browser server was told to stop."
    await nothing_is_left(server, uid)


async def test_a_server_whose_starter_gave_up_ends_itself(start: StartServer, sessions: Path) -> None:
    starting = asyncio.create_task(start())
    state = sessions / "exe_1" / launch.STATE
    await soon(state.exists)
    starting.cancel()
    await soon(lambda: not state.exists())
    await soon(lambda: not os.listdir(sessions))


async def test_it_ends_when_it_is_too_old(start: StartServer) -> None:
    server = await start(max_age=4)
    assert "limit" in (await server.event("gone"))["reason"]
    await soon(lambda: is_gone(server.pid))
    assert not server.folder.exists()


async def test_f14_a_killed_chromium_is_said_to_be_gone(server: Server) -> None:
    uid = server.uid()
    async with CdpLine(server.address, server.headers()) as runner:
        os.kill(server.chromium(), signal.SIGKILL)
        assert (await server.event("gone"))["reason"] == "Chromium ended."
        assert await runner.closed() == 4410
    status = await server.call("status")
    assert (status["alive"], status["reason"]) == (False, "Chromium ended.")
    with pytest.raises(client.ServerError, match="Chromium ended"):
        await server.call("thumbnail", width=100)
    await server.call("end", reason="seen")
    await nothing_is_left(server, uid)


async def test_f17_a_hung_chromium_is_said_to_be_gone(start: StartServer) -> None:
    server = await start(watchdog=0.3)
    uid = server.uid()
    for pid in processes.of_uid(uid):
        os.kill(pid, signal.SIGSTOP)
    assert (await server.event("hung", misses=1))["misses"] == 1
    assert (await server.event("gone"))["reason"] == "Chromium did not answer any more."
    await server.call("end", reason="seen")
    await nothing_is_left(server, uid)


async def test_f15_a_crashed_page_is_told_and_the_session_stays(server: Server) -> None:
    renderers = chromium.renderers(processes.below(server.pid))
    for pid in renderers:
        os.kill(pid, signal.SIGKILL)
    assert (await server.event("crashed"))["id"]
    assert (await server.call("status"))["alive"]


async def test_f1_what_a_killed_server_leaves_is_swept(server: Server, sessions: Path) -> None:
    uid = server.uid()
    assert client.sweep_leftovers(sessions) == []
    os.kill(server.pid, signal.SIGKILL)
    await soon(lambda: is_gone(server.pid))
    assert server.folder.exists()
    assert client.sweep_leftovers(sessions) == [server.folder.name]
    await nothing_is_left(server, uid)


async def test_f1_processes_that_outlive_their_server_are_killed(server: Server, sessions: Path) -> None:
    uid = server.uid()
    stray = await asyncio.create_subprocess_exec("sleep", "600", user=uid, group=uid, extra_groups=[])
    os.kill(server.pid, signal.SIGKILL)
    await soon(lambda: is_gone(server.pid))
    assert client.sweep_leftovers(sessions) == [server.folder.name]
    assert await stray.wait() == -signal.SIGKILL


async def test_a_server_that_nobody_knows_any_more_is_ended(server: Server, sessions: Path) -> None:
    uid = server.uid()
    name = server.folder.name
    assert client.end_unknown(sessions, known={}) == []  # it may not have been written down yet
    assert client.end_unknown(sessions, known={name: server.pid}, older_than=0) == []
    elsewhere = {name: server.pid + 1}  # the next worker's, of the same execution: perhaps on another machine
    assert client.end_unknown(sessions, known=elsewhere, older_than=0) == [name]
    await nothing_is_left(server, uid)


def test_the_sweeper_leaves_alone_what_is_not_left_behind(sessions: Path) -> None:
    (sessions / "starting").mkdir()
    mine = sessions / "mine"
    mine.mkdir()
    born = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    (mine / launch.STATE).write_text(json.dumps({"pid": os.getpid(), "born": born, "uid": None}))
    (sessions / "elsewhere").symlink_to("/tmp")
    assert client.sweep_leftovers(sessions) == []
    (mine / launch.STATE).write_text(json.dumps({"pid": os.getpid(), "born": "1", "uid": 0}))
    assert client.sweep_leftovers(sessions) == ["mine"]
    assert client.sweep_leftovers(sessions / "no such folder") == []


@pytest.mark.fault
async def test_f30_cycles_leave_no_zombies_and_no_orphans(start: StartServer, sessions: Path) -> None:
    """HITL_CYCLES=200 for the long run, which tells what has grown; every second Chromium is killed."""
    used, sockets = set(), []
    ours, before = len(os.listdir("/proc/self/fd")), figures()
    for round in range(int(os.environ.get("HITL_CYCLES", "6"))):
        server = await start(f"exe_{round}")
        used.add(server.uid())
        sockets.append(Path(json.loads((server.folder / launch.STATE).read_text())["sockets"]))
        if round % 2:
            os.kill(server.chromium(), signal.SIGKILL)
            await server.event("gone")
        await server.call("end", reason="over")
        await soon(lambda server=server: is_gone(server.pid))
    for uid in used:
        if lock := uids.hold(uid):  # else another server has taken it since
            assert [name for name in os.listdir("/proc") if name.isdigit() and _owner(name) == uid] == []
            lock.close()
    assert os.listdir(sessions) == []
    assert [folder for folder in sockets if folder.exists()] == []
    print({name: f"{before[name]} → {now}" for name, now in figures().items()})
    assert len(os.listdir("/proc/self/fd")) <= ours + 2


def figures() -> dict[str, int]:
    """What may grow: of this process, which starts the servers, and of the machine."""
    memory = next(line for line in proc(os.getpid(), "status").splitlines() if line.startswith("VmRSS"))
    return {
        "handles": len(os.listdir("/proc/self/fd")),
        "kB": int(memory.split()[1]),
        "threads": len(os.listdir("/proc/self/task")),
        "processes": sum(name.isdigit() for name in os.listdir("/proc")),
        "folders in /tmp": sum(name.startswith("hitl-") for name in os.listdir("/tmp")),
        "shared memory": len(os.listdir("/dev/shm")),
    }


def _owner(pid: str) -> int | None:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except FileNotFoundError:
        return None
