"""Looking whether a domain has what it needs: one finding per item, in the order in which people do them."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tenancy import domain_dns as dns
from tenancy.content_networks import content_network
from tenancy.domain_dns import DnsSilent
from tenancy.domain_records import (
    ITEMS,
    Claim,
    Item,
    dkim_name,
    ownership_name,
    ownership_value,
    registered,
    spf_mechanisms,
)
from tenancy.domains import Purpose
from tenancy.settings import settings


class State(StrEnum):
    """What was seen. domain_words.py says each in a sentence."""

    OK = "ok"
    NOT_NEEDED = "not_needed"
    UNSEEN = "unseen"
    WAITING = "waiting"  # for another item
    MISSING = "missing"
    MISPLACED = "misplaced"
    OTHER = "other"
    SEVERAL = "several"
    ELSEWHERE = "elsewhere"
    PROXIED = "proxied"
    FORBIDDEN = "forbidden"
    ISSUING = "issuing"
    CLOSED = "closed"
    SILENT = "silent"
    TAKEN = "taken"
    LOST = "lost"  # to another account, which has proven it


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of one item: the values found, and those wanted where they depend on what is there."""

    item: Item
    state: State
    found: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return self.state in {State.OK, State.NOT_NEEDED}


Findings = dict[Item, Finding]


async def check(claim: Claim) -> Findings:
    """Looks for everything that the claim needs, at once where one thing does not need the other."""
    if claim.purpose is Purpose.MAIL:
        found = await asyncio.gather(*(_look(item, claim) for item in ITEMS[Purpose.MAIL]))
        return {one.item: one for one in found}
    ownership, pointing = await asyncio.gather(_look(Item.OWNERSHIP, claim), _look(Item.POINTING, claim))
    certificate = Finding(Item.CERTIFICATE, State.WAITING)
    if settings().public_scheme == "http":
        certificate = Finding(Item.CERTIFICATE, State.NOT_NEEDED)
    elif ownership.good and pointing.good:
        certificate = await _look(Item.CERTIFICATE, claim)
    return {one.item: one for one in (ownership, pointing, certificate)}


def findings_from(document: Mapping[str, Any], purpose: Purpose) -> Findings:
    """What findings_document() wrote; an item that nobody looked for yet is unseen."""
    return {
        item: Finding(
            item,
            State(document[item]["state"]),
            tuple(document[item]["found"]),
            tuple(document[item]["wanted"]),
        )
        if item in document
        else Finding(item, State.UNSEEN)
        for item in ITEMS[purpose]
    }


def findings_document(findings: Findings, before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """For the row: each state with the time since when it is that one."""
    document = {}
    for item, one in findings.items():
        known = before.get(item, {})
        since = known["since"] if known.get("state") == one.state else now.astimezone(UTC).isoformat()
        document[str(item)] = {
            "state": str(one.state),
            "found": list(one.found),
            "wanted": list(one.wanted),
            "since": since,
        }
    return document


async def _look(item: Item, claim: Claim) -> Finding:
    """The finding; a DNS that gives no answer is one, too."""
    try:
        return await _LOOKS[item](claim)
    except DnsSilent:
        return Finding(item, State.SILENT)


async def _ownership(claim: Claim) -> Finding:
    if claim.vouched or _is_ours_anyway(claim.host):
        return Finding(Item.OWNERSHIP, State.OK)
    wanted = ownership_value(claim)
    name = ownership_name(claim.host)
    found = [text.strip().strip('"') for text in await dns.texts(name)]
    if wanted in found:
        return Finding(Item.OWNERSHIP, State.OK)
    if found:
        return Finding(Item.OWNERSHIP, State.OTHER, tuple(found[:3]))
    # Many forms add the domain to what is typed, and get it twice.
    doubled = f"{name}.{registered(claim.host)}"
    if registered(claim.host) and wanted in await dns.texts(doubled):
        return Finding(Item.OWNERSHIP, State.MISPLACED, (doubled,))
    return Finding(Item.OWNERSHIP, State.MISSING)


async def _pointing(claim: Claim) -> Finding:
    if _is_ours_anyway(claim.host):
        return Finding(Item.POINTING, State.OK)
    target = settings().target_host
    alias, theirs = await asyncio.gather(dns.alias(claim.host), dns.addresses(claim.host))
    ours = await _our_addresses()
    if alias == target or (theirs and set(theirs) <= set(ours)):
        return Finding(Item.POINTING, State.OK, wanted=tuple(ours))
    strangers = [address for address in theirs if address not in ours]
    found = tuple(strangers) or ((alias,) if alias else ())
    if not found:
        return Finding(Item.POINTING, State.MISSING, wanted=tuple(ours))
    if len(strangers) < len(theirs):
        return Finding(Item.POINTING, State.SEVERAL, found, tuple(ours))
    network = content_network(alias, strangers)
    if network:
        return Finding(Item.POINTING, State.PROXIED, (network,), tuple(ours))
    return Finding(Item.POINTING, State.ELSEWHERE, (alias,) if alias else found, tuple(ours))


async def _certificate(claim: Claim) -> Finding:
    issuers = await dns.authorities(claim.host)
    ours = {name.strip().lower() for name in settings().certificate_authorities.split(",")}
    if issuers is not None and not ours & {issuer.lower() for issuer in issuers}:
        return Finding(Item.CERTIFICATE, State.FORBIDDEN, tuple(filter(None, issuers)), tuple(sorted(ours)))
    # Never wherever the name points by now: only to where our own name leads.
    addresses = ["127.0.0.1"] if _is_ours_anyway(claim.host) else await _our_addresses()
    if not addresses:
        return Finding(Item.CERTIFICATE, State.CLOSED)
    return Finding(Item.CERTIFICATE, await _shake_hands(addresses[0], claim.host))


async def _spf(claim: Claim) -> Finding:
    if _is_ours_anyway(claim.host):
        return Finding(Item.SPF, State.NOT_NEEDED)
    found = [text for text in await dns.texts(claim.host) if _is_spf(text)]
    if not found:
        return Finding(Item.SPF, State.MISSING)
    if len(found) > 1:
        return Finding(Item.SPF, State.SEVERAL, tuple(found))
    terms = {term.lower().removeprefix("+") for term in found[0].split()}
    absent = [mechanism for mechanism in spf_mechanisms() if mechanism.lower() not in terms]
    if absent:
        return Finding(Item.SPF, State.OTHER, tuple(found), (_with(found[0], absent),))
    return Finding(Item.SPF, State.OK, tuple(found), tuple(found))


async def _dkim(claim: Claim) -> Finding:
    if _is_ours_anyway(claim.host):
        return Finding(Item.DKIM, State.NOT_NEEDED)
    found = await dns.texts(dkim_name(claim))
    if not found:
        doubled = f"{dkim_name(claim)}.{registered(claim.host)}"
        if registered(claim.host) and await dns.texts(doubled):
            return Finding(Item.DKIM, State.MISPLACED, (doubled,))
        return Finding(Item.DKIM, State.MISSING)
    if len(found) > 1:
        return Finding(Item.DKIM, State.SEVERAL, tuple(found))
    if _tag(found[0], "p") != claim.public_key:
        return Finding(Item.DKIM, State.OTHER, tuple(found))
    return Finding(Item.DKIM, State.OK)


_LOOKS: dict[Item, Callable[[Claim], Awaitable[Finding]]] = {
    Item.OWNERSHIP: _ownership,
    Item.POINTING: _pointing,
    Item.CERTIFICATE: _certificate,
    Item.SPF: _spf,
    Item.DKIM: _dkim,
}


def _is_ours_anyway(host: str) -> bool:
    return settings().is_development and host.endswith(".localhost")


async def _our_addresses() -> list[str]:
    return await dns.addresses(settings().target_host)


_HANDSHAKE_S = 6.0


async def _shake_hands(address: str, host: str) -> State:
    """Opens TLS as a browser does. The first time, the proxy fetches the certificate meanwhile."""
    opened = asyncio.open_connection(
        address,
        settings().public_port,
        ssl=ssl.create_default_context(),
        server_hostname=host,
        ssl_handshake_timeout=_HANDSHAKE_S,
    )
    try:
        _reader, writer = await asyncio.wait_for(opened, _HANDSHAKE_S + 1)
    except (ssl.SSLError, ConnectionAbortedError, ConnectionResetError):
        return State.ISSUING
    except (OSError, TimeoutError):
        return State.CLOSED
    writer.close()
    return State.OK


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _with(record: str, mechanisms: list[str]) -> str:
    """An SPF record that lets us in as well: what stands behind "all" would never be read."""
    terms = record.split()
    last = next(
        (
            place
            for place, term in enumerate(terms)
            if term.lstrip("+-~?").lower() == "all" or term.lower().startswith("redirect=")
        ),
        len(terms),
    )
    return " ".join([*terms[:last], *mechanisms, *terms[last:]])


def _tag(record: str, wanted: str) -> str:
    for part in record.split(";"):
        name, _equals, value = part.partition("=")
        if name.strip() == wanted:
            return "".join(value.split())
    return ""
