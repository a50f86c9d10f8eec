"""Ports of this machine."""

import socket


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now. SO_REUSEADDR: a port in TIME_WAIT is no port in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(host: str = "127.0.0.1") -> int:
    """Any port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def first_free(wanted: int, host: str = "127.0.0.1", tries: int = 100) -> int:
    """`wanted`, or the next one that is free."""
    for port in range(wanted, wanted + tries):
        if is_free(port, host):
            return port
    return free_port(host)
