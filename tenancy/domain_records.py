"""What an organisation writes into its DNS, so that a host name leads to us and is proven to be its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tldextract import TLDExtract

from tenancy.domains import Purpose
from tenancy.settings import settings


class Item(StrEnum):
    """One thing that a domain needs; each has its light."""

    OWNERSHIP = "ownership"
    POINTING = "pointing"
    CERTIFICATE = "certificate"
    SPF = "spf"
    DKIM = "dkim"


ITEMS = MappingProxyType(
    {
        Purpose.APP: (Item.OWNERSHIP, Item.POINTING, Item.CERTIFICATE),
        Purpose.TRACKING: (Item.OWNERSHIP, Item.POINTING, Item.CERTIFICATE),
        Purpose.MAIL: (Item.OWNERSHIP, Item.SPF, Item.DKIM),
    }
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A host, what for, and what proves it. vouched: the platform answers for it, so nothing has to."""

    host: str
    purpose: Purpose
    challenge: str
    vouched: bool = False
    selector: str = ""
    public_key: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A line for the DNS. short is its name for forms that add the domain by themselves ("@": the domain)."""

    item: Item
    kind: str
    name: str
    short: str
    value: str


def records(claim: Claim, *, addresses: Iterable[str] = (), spf: str = "") -> list[Record]:
    """The records of a claim, in the order of its items.

    addresses are ours, for a name that can have no CNAME; spf is the record that is there, with us in it.
    """
    wanted = []
    if not claim.vouched:
        wanted.append((Item.OWNERSHIP, "TXT", ownership_name(claim.host), ownership_value(claim)))
    if Item.POINTING in ITEMS[claim.purpose]:
        ours = list(addresses) if is_bare(claim.host) else []
        wanted += [
            (Item.POINTING, "AAAA" if ":" in address else "A", claim.host, address) for address in ours
        ] or [(Item.POINTING, "CNAME", claim.host, settings().target_host)]
    if claim.purpose is Purpose.MAIL:
        value = spf or f"v=spf1 {' '.join(spf_mechanisms())} ~all"
        wanted.append((Item.SPF, "TXT", claim.host, value))
        wanted.append((Item.DKIM, "TXT", dkim_name(claim), dkim_value(claim.public_key)))
    return [Record(item, kind, name, _short(name), value) for item, kind, name, value in wanted]


def ownership_name(host: str) -> str:
    return f"{settings().domain_txt_prefix}.{host}"


def ownership_value(claim: Claim) -> str:
    return f"verify={claim.challenge}"


def spf_mechanisms() -> list[str]:
    """What the SPF record must let in: the servers that send for us."""
    return settings().mail_spf.split() or [f"a:{settings().target_host}"]


def dkim_name(claim: Claim) -> str:
    return f"{claim.selector}._domainkey.{claim.host}"


def dkim_value(public_key: str) -> str:
    return f"v=DKIM1; k=rsa; p={public_key}"


def is_bare(host: str) -> bool:
    """Whether this is a registered domain itself (agency.com), which cannot be an alias of another name."""
    return registered(host) == host


def registered(host: str) -> str:
    """agency.co.uk of metrics.agency.co.uk; empty for a name without a public ending."""
    return _EXTRACT(host).top_domain_under_public_suffix


# The list that came with the package: asking for a newer one would be a call to another company.
_EXTRACT = TLDExtract(suffix_list_urls=(), cache_dir=None)


def _short(name: str) -> str:
    return name.removesuffix(registered(name)).rstrip(".") or "@"
