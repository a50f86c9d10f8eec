"""Which network addresses may be reached on behalf of others: public ones, and those that the operator listed.

Classify the address that is about to be connected to, never the text of a URL: the C resolver reads 127.1,
0x7f.1 and 2130706433 as 127.0.0.1. Every address that a name has must pass, and the one that passed is dialled.
A leaf: it opens nothing and imports nothing of ours.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# What `is_global` of Python 3.11 lets through and is not the public internet, or leads back into an inner one.
_INNER = [
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT, also some clouds' metadata
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b::/96",  # NAT64: 64:ff9b::7f00:1 is 127.0.0.1
        "64:ff9b:1::/48",
        "2002::/16",  # 6to4: 2002:7f00:1:: is 127.0.0.1
        "2001::/23",  # Teredo and its neighbours
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",  # the old site-local addresses
        "::/96",  # IPv4-compatible: ::127.0.0.1
        "::ffff:0:0:0/96",  # IPv4-translated: ::ffff:0:127.0.0.1
        "168.63.129.16/32",  # Azure's own services for its machines, at an address that looks public
    )
]


def allowed(ip: str, port: int, private_targets: Collection[str] = (), name: str = "") -> bool:
    """Whether a connection to ip:port may be made; `name` is what was asked for before it was resolved."""
    return not reason(ip, port, private_targets, name)


def reason(ip: str, port: int, private_targets: Collection[str] = (), name: str = "") -> str:
    """Why not, as a sentence; empty where it may."""
    address = _read(ip)
    if address is None:
        return f"{ip} is not a network address."
    if _is_public(address) or is_listed(ip, port, private_targets, name):
        return ""
    return f"{address} is not on the public internet, and the operator has not listed it."


def is_listed(ip: str, port: int, private_targets: Collection[str], name: str = "") -> bool:
    """Whether the operator named it.

    An entry of private_targets is an address, a network or a name, each with or without :port
    (`127.0.0.1:8000`, `10.0.0.0/8`, `[::1]:8000`, `intranet.example:443`).
    """
    address = _read(ip)
    return address is not None and any(_covers(target, address, port, name) for target in private_targets)


def _read(ip: str) -> Address | None:
    """The address itself where it stands inside another (::ffff:127.0.0.1)."""
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    return not any(address in network for network in _INNER if network.version == address.version)


def _covers(target: str, address: Address, port: int, name: str) -> bool:
    host, target_port = _split(target.strip())
    if target_port not in (None, port) or not host:
        return False
    try:
        return address in ip_network(host, strict=False)
    except ValueError:
        return host.lower() == name.lower().rstrip(".")


def _split(target: str) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port`, `[v6]:port`, `v6` or `network/bits:port`."""
    host, colon, port = target.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if colon and port.isdigit() and (bracketed or ":" not in host):
        return host.strip("[]"), int(port)
    return target.strip("[]"), None
