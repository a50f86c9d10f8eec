"""Which addresses count as public, in all the spellings that have fooled others."""

import socket

import pytest

from hitl.addresses import allowed, reason

INNER = """
127.0.0.1 127.255.255.254 0.0.0.0 10.9.9.9 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
100.127.255.255 192.0.0.8 192.0.2.1 192.88.99.1 198.18.0.1 203.0.113.5 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 ::1 :: ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 64:ff9b::7f00:1
64:ff9b:1::7f00:1 2002:7f00:1:: 2001::1 2001:db8::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0
fec0::1 ff02::1 ::ffff:0:127.0.0.1 168.63.129.16
""".split()
PUBLIC = "1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 100.128.0.1 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8".split()


@pytest.mark.parametrize("ip", INNER)
def test_t2_an_inner_address_is_refused_with_a_sentence(ip: str) -> None:
    assert not allowed(ip, 80)
    assert "not on the public internet" in reason(ip, 80)


@pytest.mark.parametrize("ip", PUBLIC)
def test_it_lets_public_addresses_through(ip: str) -> None:
    assert allowed(ip, 443)
    assert reason(ip, 443) == ""


@pytest.mark.parametrize("text", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost", "", "1.1.1.1:80"])
def test_t2_text_that_is_no_address_is_refused(text: str) -> None:
    assert not allowed(text, 80)


@pytest.mark.parametrize("text", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_t2_what_the_resolver_makes_of_odd_spellings_is_refused(text: str) -> None:
    resolved = socket.getaddrinfo(text, 80, type=socket.SOCK_STREAM)
    assert resolved
    assert not any(allowed(str(found[4][0]), 80) for found in resolved)


@pytest.mark.parametrize(
    ("target", "ip", "port"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8000),
        ("127.0.0.1:8000", "::ffff:127.0.0.1", 8000),
        ("127.0.0.1", "127.0.0.1", 9999),
        ("10.0.0.0/8", "10.9.9.9", 80),
        ("10.0.0.0/8:443", "10.9.9.9", 443),
        ("[::1]:8000", "::1", 8000),
        ("::1", "::1", 80),
    ],
)
def test_it_lets_through_what_the_operator_listed(target: str, ip: str, port: int) -> None:
    assert allowed(ip, port, ["192.168.7.7", target])


@pytest.mark.parametrize(
    ("target", "ip", "port"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 6379),
        ("127.0.0.1:8000", "127.0.0.2", 8000),
        ("10.0.0.0/8:443", "10.9.9.9", 80),
        ("[::1]:8000", "::1", 80),
        ("", "127.0.0.1", 80),
        (":80", "127.0.0.1", 80),
    ],
)
def test_t2_a_listed_target_opens_nothing_beside_itself(target: str, ip: str, port: int) -> None:
    assert not allowed(ip, port, [target])


def test_it_lets_through_a_name_that_the_operator_listed() -> None:
    assert allowed("10.1.2.3", 443, ["intranet.example:443"], name="Intranet.Example.")
    assert not allowed("10.1.2.3", 443, ["intranet.example:443"], name="evil.example")
    assert not allowed("10.1.2.3", 443, ["intranet.example:443"])
