"""Which addresses may be called, held against Python's own registry, and which URLs are refused at the door."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.webhooks.addresses import UrlPolicy, is_allowed

PUBLIC, OPEN = UrlPolicy(), UrlPolicy(allow_http=True, allowed=(ip_network("127.0.0.0/8"), ip_network("::1/128")))

SPECIAL = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2606:4700::1111%1",
]  # fmt: skip
ORDINARY = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1",
            "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1", "2400:cb00::1"]  # fmt: skip


@pytest.mark.parametrize("text", SPECIAL)
def test_special_addresses_are_refused(text: str) -> None:
    assert not is_allowed(ip_address(text))


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_addresses_are_allowed(text: str) -> None:
    assert is_allowed(ip_address(text))


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_nothing_is_allowed_that_the_registry_knows_as_special(address: IPv4Address | IPv6Address) -> None:
    if is_allowed(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_private
        assert not address.is_reserved
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_unspecified


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_passes_inside_an_ipv6_one(address: IPv4Address) -> None:
    number = int(address)
    for prefix in ("::", "::ffff:0:0", "64:ff9b::", "::ffff:0:0:0"):
        assert not is_allowed(IPv6Address(int(IPv6Address(prefix)) | number))
    assert not is_allowed(IPv6Address(int(IPv6Address("2002::")) | number << 80))
    assert not is_allowed(IPv6Address(int(IPv6Address("2001::")) | (number ^ 0xFFFFFFFF)))


def test_the_operator_allows_networks_and_nothing_beside_them() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))
    for text in ("10.1.2.3", "fd00:1::5", "8.8.8.8"):
        assert is_allowed(ip_address(text), allowed)
    for text in ("10.2.0.1", "127.0.0.1", "fd00:2::5", "::ffff:10.1.2.3", "64:ff9b::a01:203"):
        assert not is_allowed(ip_address(text), allowed)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hook?token=a&b=%20",
        "https://hooks.example.co.uk:8443/",
        "https://xn--bcher-kva.example/",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]:443/x",
        "https://example.com.:443/",
        "https://a_b.example.com/",
    ],
)
def test_deliverable_urls(url: str) -> None:
    assert PUBLIC.find_fault(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "http://example.com", "ftp://example.com", "file:///etc/passwd", "https://", "https:///x",
        "https://user@example.com", "https://user:pass@example.com", "https://example.com@127.0.0.1/",
        "https://example.com#x", "https://example.com/#", "https://example.com:22/", "https://example.com:0/",
        "https://example.com:65536/", "https://example.com:x/", "https://bücher.example/", "https://exa mple.com",
        "https://example.com/a b", "https://example.com\\@evil.example/", "https://example.com/\r\nX: y",
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://10.0.0.8/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25eth0]/", "https://[::1",
        "https://localhost/", "https://localhost:8443/", "https://LOCALHOST./", "https://app.localhost/",
        "https://metadata.google.internal/", "https://printer.local/", "https://intranet/", "https://-a.example/",
        "https://a..example/", "https://" + "a" * 64 + ".example/", "https://example.com/" + "a" * 2000,
    ],
)  # fmt: skip
def test_urls_refused_at_the_door(url: str) -> None:
    assert PUBLIC.find_fault(url) is not None


def test_what_the_operator_allows_is_deliverable() -> None:
    for url in ("http://127.0.0.1:9000/", "https://[::1]/", "http://localhost:9000/", "http://receiver:8080/"):
        assert OPEN.find_fault(url) is None
    for url in ("http://10.0.0.1/", "ftp://localhost/", "http://user@localhost/"):
        assert OPEN.find_fault(url) is not None
