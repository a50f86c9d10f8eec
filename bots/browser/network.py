"""A network of Chromium's own, cut off by the kernel: nothing is there but the listener of our way out.

A proxy alone does not contain Chromium: its network service has no sandbox, and some traffic knows no proxy. The
namespace has loopback, and a cable with both ends in it, as a page without any interface is told that it is offline.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000
# Addresses of IPv6 that the ends gave themselves would count two seconds later only: Chromium takes that for another
# network, and breaks off what its first page is about to load (ERR_NETWORK_CHANGED).
_WITHOUT_IPV6 = """
link set cable addrgenmode none
link set nowhere addrgenmode none
"""
_HAS_IPV6 = Path("/proc/net/if_inet6").exists()
_INTERFACES = f"""
link set lo up
link add cable type veth peer name nowhere
{_WITHOUT_IPV6 if _HAS_IPV6 else ""}
address add 192.0.2.1/30 dev cable
link set cable up
link set nowhere up
"""


class Unavailable(Exception):
    """A sentence: why this process cannot make a network of its own."""


def apart(work: Callable[[], T]) -> T:
    """Do this in a new network: sockets that it makes and processes that it starts belong there. Raises Unavailable.

    It runs in a thread of its own, which alone changes over; the rest of the process stays where it is.
    """
    outcome: dict[str, Any] = {}

    def change_over_and_work() -> None:
        try:
            _change_over()
            outcome["result"] = work()
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=change_over_and_work, name="apart")
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    result: T = outcome["result"]
    return result


def _change_over() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        raise Unavailable(f"This process may not make a network namespace: {os.strerror(ctypes.get_errno())}.")
    try:
        subprocess.run(["ip", "-batch", "-"], input=_INTERFACES.encode(), check=True, capture_output=True, timeout=5)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"No interfaces could be made with `ip` (iproute2): {error}") from None
