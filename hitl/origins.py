"""Origins of web sites, as people write them and as browsers compare them: scheme, host and port, nothing else."""

import re
from urllib.parse import urlsplit

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*")
OWN_MACHINE = ("localhost", "127.0.0.1")
USUAL_PORTS = {"https": 443, "http": 80}
LIKE = "It looks like https://intranet.example.com."


def read_origin(written: str) -> str:
    """`HTTPS://Bücher.example:443/` → `https://xn--bcher-kva.example`. Raises ValueError with a sentence."""
    said = f"“{written[:80]}”"
    try:
        address = urlsplit(written)
        host, port = (address.hostname or "").encode("idna").decode(), address.port
    except ValueError:
        raise ValueError(f"{said} is not the address of a site. {LIKE}") from None
    if "*" in written:
        raise ValueError(f"{said}: name each site in full, without *.")
    if address.scheme not in USUAL_PORTS:
        raise ValueError(f"{said}: begin with https://. {LIKE}")
    if address.path not in ("", "/") or address.query or address.fragment or "@" in address.netloc:
        raise ValueError(f"{said}: give https://, the host and perhaps a port, and nothing else. {LIKE}")
    if host.rpartition(".")[2].isdigit() and host not in OWN_MACHINE:
        raise ValueError(f"{said}: browsers accept no IP address here but 127.0.0.1. Give the site's name.")
    if not HOST.fullmatch(host):
        raise ValueError(f"{said} is not the address of a site. {LIKE}")
    if address.scheme == "http" and host not in OWN_MACHINE:
        raise ValueError(
            f"{said}: http:// is for localhost alone; elsewhere anybody on the line could change the page."
        )
    usual = port is None or port == USUAL_PORTS[address.scheme]
    return f"{address.scheme}://{host}" + ("" if usual else f":{port}")
