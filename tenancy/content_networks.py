"""Content networks that stand before a host: an address of theirs hides where the name really leads."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network


def content_network(alias: str | None, addresses: Iterable[str]) -> str:
    """The name of the network that the alias or one of the addresses belongs to, else empty."""
    for name, ending in _ENDINGS:
        if alias and alias.endswith(ending):
            return name
    return next(filter(None, map(_owner, addresses)), "")


@lru_cache(maxsize=1024)
def _owner(address: str) -> str:
    parsed = ip_address(address)
    return next((name for network, name in _NETWORKS if parsed in network), "")


_ENDINGS = (
    ("Cloudflare", ".cdn.cloudflare.net"),
    ("Amazon CloudFront", ".cloudfront.net"),
    ("Fastly", ".fastly.net"),
    ("Azure Front Door", ".azurefd.net"),
    ("Akamai", ".edgekey.net"),
    ("Akamai", ".edgesuite.net"),
)
# As the companies publish them: https://www.cloudflare.com/ips and https://api.fastly.com/public-ip-list.
_CLOUDFLARE = (
    "173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 108.162.192.0/18 "
    "190.93.240.0/20 188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 162.158.0.0/15 104.16.0.0/13 "
    "104.24.0.0/14 172.64.0.0/13 131.0.72.0/22 2400:cb00::/32 2606:4700::/32 2803:f800::/32 2405:b500::/32 "
    "2405:8100::/32 2a06:98c0::/29 2c0f:f248::/32"
)
_FASTLY = "151.101.0.0/16 199.232.0.0/16 146.75.0.0/17 2a04:4e40::/32 2a04:4e42::/32"
_NETWORKS = tuple(
    (ip_network(network), name)
    for name, networks in (("Cloudflare", _CLOUDFLARE), ("Fastly", _FASTLY))
    for network in networks.split()
)
