"""Which URLs and addresses may be called: https to a globally routable address, unless the operator allows more.

A URL is checked when it is entered, as an early hint; what counts is the check of the resolved address,
which is the one that is then connected to. Source of the special-purpose networks: the IANA registries
behind RFC 6890, as of 2025.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL = 2000
MAX_PORT = 65535

_REFUSED_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # Azure's host agent: metadata behind an address that looks public
        ),
    )
)  # fmt: skip
_GLOBAL_IPV6 = IPv6Network("2000::/3")
"""All that is delegated. Loopback, unspecified, mapped, compatible, NAT64, local and multicast lie outside."""
_REFUSED_IPV6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32", "2002::/16",  # documentation, 6to4
            "2620:4f:8000::/48", "3fff::/20",  # AS112, documentation
        ),
    )
)  # fmt: skip


def is_allowed(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address may be connected to; `allowed` are the operator's own exceptions."""
    if any(address.version == network.version and address in network for network in allowed):
        return True
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_IPV4)
    if address.scope_id is not None or address not in _GLOBAL_IPV6:
        return False
    return not any(address in network for network in _REFUSED_IPV6)


def parse_address(text: str) -> Address | None:
    """An address from its literal; None for a name."""
    try:
        return ip_address(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """What the operator allows beyond https to public addresses."""

    allow_http: bool = False
    allowed: tuple[Network, ...] = ()

    def permits(self, address: Address) -> bool:
        """Whether an address may be connected to."""
        return is_allowed(address, self.allowed)

    def find_fault(self, url: str) -> str | None:
        """What is wrong with an endpoint's URL; None if deliveries to it may be tried."""
        return _find_fault(url, self.allow_http, self.allowed)


def _find_fault(url: str, allow_http: bool, allowed: Sequence[Network]) -> str | None:
    if len(url) > MAX_URL or any(not "\x21" <= char <= "\x7e" or char in '\\"<>^`{|}' for char in url):
        return f"must be at most {MAX_URL} printable ASCII characters; write other hosts in punycode, paths encoded"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "is not a URL"
    if parts.scheme != "https" and not (allow_http and parts.scheme == "http"):
        return "must be an https URL"
    if "@" in parts.netloc:
        return "must not hold a user name or a password"
    if "#" in url:
        return "must not have a fragment"
    if not host:
        return "must name a host"
    if port is not None and not (port in {80, 443} or 1024 <= port <= MAX_PORT):
        return "must use port 80, 443, or one from 1024 on"
    return _host_fault(host, allowed)


def _host_fault(host: str, allowed: Sequence[Network]) -> str | None:
    address = parse_address(host)
    if address is not None:
        return None if is_allowed(address, allowed) else "must not point to a private or special address"
    labels = host.rstrip(".").split(".")
    if len(host) > 253 or not all(_is_label(label) for label in labels):
        return "must name a host"
    if labels[-1][0].isdigit():  # `127.1`, `2130706433` and `0x7f.1` are addresses in disguise
        return "must name a host, or an address in its usual form"
    if not allowed and (len(labels) == 1 or labels[-1] in {"localhost", "local", "internal"}):
        return "must name a public host"
    return None


def _is_label(label: str) -> bool:
    sound = all(char.isalnum() or char in "-_" for char in label)
    return sound and 0 < len(label) <= 63 and not label.startswith("-") and not label.endswith("-")
