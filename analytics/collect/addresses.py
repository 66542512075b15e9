"""The client's address of a request, believed no further than the configuration says."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from analytics.settings import Network


def client_address(peer: str, forwarded_for: str, proxies: tuple[Network, ...]) -> str:
    """The peer, or behind trusted proxies the last address in X-Forwarded-For that is not one of them."""
    if not forwarded_for or not proxies or not _is_within(peer, proxies):
        return peer
    for hop in reversed(forwarded_for.split(",")):
        address = _bare(hop)
        if address is None:
            return peer
        if not _is_within(address, proxies):
            return address
    return peer


@lru_cache(maxsize=16384)
def network_of(address: str) -> str:
    """What one subscriber holds: an IPv4 address, or the /64 of an IPv6 one."""
    parsed = parsed_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((int(parsed) >> 64 << 64, 64)))
    return address if parsed is None else str(parsed)


def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address of a text; where a socket for both families writes ::ffff:1.2.3.4, 1.2.3.4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=4096)
def _is_within(address: str, proxies: tuple[Network, ...]) -> bool:
    parsed = parsed_address(address)
    return parsed is not None and any(parsed in network for network in proxies)


def _bare(hop: str) -> str | None:
    """An address of "1.2.3.4", "1.2.3.4:567", "2001:db8::1" or "[2001:db8::1]:567"."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    address = parsed_address(text)
    return None if address is None else str(address)
