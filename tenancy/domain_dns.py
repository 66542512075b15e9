"""What the DNS says about a name: the only place that asks it. Nothing is remembered between questions."""

import asyncio
from typing import Any

import dns.asyncresolver
import dns.nameserver
import dns.rdatatype
import dns.resolver
from dns.exception import DNSException

from tenancy.settings import settings


class DnsSilent(Exception):
    """No name server gave an answer: that says nothing about the name."""


async def texts(name: str) -> list[str]:
    """The TXT records of a name, each as one text however it was cut up."""
    answer = await _ask(name, "TXT")
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


async def alias(name: str) -> str | None:
    """Where the name's CNAME points, None without one."""
    answer = await _ask(name, "CNAME")
    return next((_plain(record.target) for record in answer), None)


async def addresses(name: str) -> list[str]:
    """The IPv4 and IPv6 addresses at the end of the name's aliases."""
    answers = await asyncio.gather(_ask(name, "A"), _ask(name, "AAAA"))
    return [record.address for answer in answers for record in answer]


async def authorities(name: str) -> list[str] | None:
    """Which authorities may issue certificates for a name: those of the nearest CAA, None where all may.

    RFC 8659: the records of the name, else of the name above it, and so on; only "issue" counts here.
    """
    labels = name.split(".")
    for start in range(len(labels) - 1):
        answer = await _ask(".".join(labels[start:]), "CAA")
        issuers = [record.value.decode().partition(";")[0] for record in answer if record.tag == b"issue"]
        if issuers:
            return [issuer.strip() for issuer in issuers]
        if answer:
            return None
    return None


def name_servers(setting: str) -> list[tuple[str, int]]:
    """Addresses and ports of "192.0.2.53, [2001:db8::53]:5353"."""
    found = []
    for part in filter(None, (one.strip() for one in setting.split(","))):
        if part.startswith("["):
            address, _bracket, port = part[1:].partition("]")
            port = port.lstrip(":")
        elif part.count(":") == 1:
            address, _colon, port = part.partition(":")
        else:
            address, port = part, ""
        found.append((address, int(port or 53)))
    return found


# A person waits for the answer; a name server that needs longer is as good as silent.
_PATIENCE_S = 4.0
_QUESTION_S = 2.0


async def _ask(name: str, kind: str) -> list[Any]:
    """The records of this kind; none where the name or the kind is not there."""
    try:
        answer = await _resolver().resolve(f"{name}.", kind, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return []
    except (DNSException, OSError) as error:
        raise DnsSilent(name) from error
    return list(answer.rrset or [])


def _resolver() -> dns.asyncresolver.Resolver:
    chosen = name_servers(settings().dns_servers)
    resolver = dns.asyncresolver.Resolver(configure=not chosen)
    if chosen:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in chosen]
    resolver.cache = None
    # A key for mail does not fit into the smallest answer.
    resolver.use_edns(0, 0, 1232)
    resolver.lifetime, resolver.timeout = _PATIENCE_S, _QUESTION_S
    return resolver


def _plain(name: object) -> str:
    return str(name).rstrip(".").lower()
