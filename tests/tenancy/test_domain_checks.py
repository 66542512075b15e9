"""What the DNS of a domain says, in every way people get it wrong, and what they are told."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tenancy.domain_checks import Finding, State, check, findings_document, findings_from
from tenancy.domain_dns import name_servers
from tenancy.domain_records import Claim, Item, dkim_value, records
from tenancy.domains import Purpose
from tenancy.settings import settings
from tests.factories import unique
from tests.name_server import NameServer, running

TARGET = "edge.hosting.example"
OURS, OURS_6 = "192.0.2.10", "2001:db8::10"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """A name server that knows where domains should point, and settings that ask it."""
    with running() as server:
        monkeypatch.setattr(settings(), "dns_servers", server.setting)
        monkeypatch.setattr(settings(), "domain_target", TARGET)
        server.says(TARGET, "A", OURS)
        server.says(TARGET, "AAAA", OURS_6)
        yield server


def a_claim(purpose: Purpose = Purpose.APP, host: str | None = None) -> Claim:
    return Claim(
        host or f"{unique('stats')}.agency.example.com", purpose, "c0ffee", False, "portal1", "AAAAkey"
    )


async def seen(claim: Claim, item: Item) -> Finding:
    return (await check(claim))[item]


async def test_nothing_there_yet_is_no_mistake(names: NameServer) -> None:
    claim = a_claim()
    assert (await seen(claim, Item.OWNERSHIP)).state is State.MISSING
    assert (await seen(claim, Item.POINTING)).state is State.MISSING


async def test_the_records_that_are_shown_turn_every_light_green(names: NameServer) -> None:
    for purpose in Purpose:
        claim = a_claim(purpose)
        for record in records(claim):
            names.says(record.name, record.kind, record.value + ("." if record.kind == "CNAME" else ""))
        findings = await check(claim)
        assert all(finding.good for finding in findings.values()), findings


async def test_no_record_names_the_platform(names: NameServer) -> None:
    for purpose in Purpose:
        for record in records(a_claim(purpose)):
            assert "insighthub" not in f"{record.name} {record.value}".lower()


async def test_proof_of_ownership_and_how_it_goes_wrong(names: NameServer) -> None:
    claim = a_claim()
    name = f"_portal-verify.{claim.host}"
    names.says(name, "TXT", "verify=somebody-elses")
    finding = await seen(claim, Item.OWNERSHIP)
    assert (finding.state, finding.found) == (State.OTHER, ("verify=somebody-elses",))

    names.says(name, "TXT")
    names.says(f"{name}.example.com", "TXT", "verify=c0ffee")
    finding = await seen(claim, Item.OWNERSHIP)
    assert (finding.state, finding.found) == (State.MISPLACED, (f"{name}.example.com",))

    names.says(name, "TXT", "verify=somebody-elses", '"verify=c0ffee"')
    assert (await seen(claim, Item.OWNERSHIP)).state is State.OK

    names.is_silent_about(claim.host)
    assert (await seen(claim, Item.OWNERSHIP)).state is State.SILENT
    assert (await seen(replace(claim, vouched=True), Item.OWNERSHIP)).state is State.OK


@pytest.mark.parametrize(
    ("theirs", "state", "found"),
    [
        ({"CNAME": (f"{TARGET}.",)}, State.OK, ()),
        ({"A": (OURS,)}, State.OK, ()),
        ({"A": (OURS,), "AAAA": (OURS_6,)}, State.OK, ()),
        ({"CNAME": ("other.example.",)}, State.ELSEWHERE, ("other.example",)),
        ({"A": ("198.51.100.7",)}, State.ELSEWHERE, ("198.51.100.7",)),
        ({"A": (OURS, "198.51.100.7")}, State.SEVERAL, ("198.51.100.7",)),
        ({"A": (OURS,), "AAAA": ("2001:db8::bad",)}, State.SEVERAL, ("2001:db8::bad",)),
        ({"A": ("104.21.5.5", "172.67.9.9")}, State.PROXIED, ("Cloudflare",)),
        ({"AAAA": ("2606:4700::6812:1",)}, State.PROXIED, ("Cloudflare",)),
        ({"CNAME": ("d1.cloudfront.net.",)}, State.PROXIED, ("Amazon CloudFront",)),
    ],
)
async def test_where_a_name_leads(
    names: NameServer, theirs: dict[str, tuple[str, ...]], state: State, found: tuple[str, ...]
) -> None:
    claim = a_claim()
    for kind, values in theirs.items():
        names.says(claim.host, kind, *values)
    finding = await seen(claim, Item.POINTING)
    assert (finding.state, finding.found) == (state, found)


async def test_an_alias_of_an_alias_of_ours_is_right(names: NameServer) -> None:
    claim = a_claim()
    names.says(claim.host, "CNAME", "alias.agency.example.")
    names.says("alias.agency.example", "CNAME", f"{TARGET}.")
    assert (await seen(claim, Item.POINTING)).state is State.OK


async def test_a_bare_domain_gets_addresses_as_it_can_have_no_alias(names: NameServer) -> None:
    claim = a_claim(host="example.com")
    finding = await seen(claim, Item.POINTING)
    kinds = [
        (record.kind, record.short, record.value)
        for record in records(claim, addresses=finding.wanted)
        if record.item is Item.POINTING
    ]
    assert kinds == [("A", "@", OURS), ("AAAA", "@", OURS_6)]
    assert records(a_claim())[1].kind == "CNAME"


async def test_the_short_name_is_for_forms_that_add_the_domain() -> None:
    claim = a_claim(host="stats.agency.co.uk")
    assert [record.short for record in records(claim)] == ["_portal-verify.stats", "stats"]


async def test_a_certificate_waits_for_the_rest_and_caa_can_forbid_it(
    names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "public_scheme", "https")
    claim = a_claim()
    assert (await seen(claim, Item.CERTIFICATE)).state is State.WAITING
    for record in records(claim):
        names.says(record.name, record.kind, record.value + ("." if record.kind == "CNAME" else ""))
    names.says("example.com", "CAA", '0 issue "sectigo.com"', '0 iodef "mailto:a@example.com"')
    finding = await seen(claim, Item.CERTIFICATE)
    assert (finding.state, finding.found) == (State.FORBIDDEN, ("sectigo.com",))
    names.says("agency.example.com", "CAA", '0 issue ";"')
    finding = await seen(claim, Item.CERTIFICATE)
    assert (finding.state, finding.found) == (State.FORBIDDEN, ())

    # Nearer than the others, and ours: on to the handshake, with nobody at the port.
    names.says(claim.host, "CAA", '0 issue "letsencrypt.org; validationmethods=http-01"')
    names.says(TARGET, "A", "127.0.0.1")
    names.says(TARGET, "AAAA")
    monkeypatch.setattr(settings(), "public_port", 9)
    # An alias has the rules of where it points.
    names.says(TARGET, "CAA", '0 issue "letsencrypt.org"')
    assert (await seen(claim, Item.CERTIFICATE)).state is State.CLOSED


async def test_spf_keeps_what_is_there_and_says_how_to_add_us(
    names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = a_claim(Purpose.MAIL)
    spf = next(record for record in records(claim) if record.item is Item.SPF)
    assert spf.value == f"v=spf1 a:{TARGET} ~all"
    names.says(claim.host, "TXT", "some-other=proof")
    assert (await seen(claim, Item.SPF)).state is State.MISSING

    names.says(claim.host, "TXT", "some-other=proof", "v=spf1 include:_spf.other.example -all")
    finding = await seen(claim, Item.SPF)
    assert finding.state is State.OTHER
    assert finding.wanted == (f"v=spf1 include:_spf.other.example a:{TARGET} -all",)
    [advised] = [record for record in records(claim, spf=finding.wanted[0]) if record.item is Item.SPF]
    names.says(claim.host, "TXT", advised.value)
    assert (await seen(claim, Item.SPF)).state is State.OK

    names.says(claim.host, "TXT", "v=spf1 -all", advised.value)
    assert (await seen(claim, Item.SPF)).state is State.SEVERAL

    monkeypatch.setattr(settings(), "mail_spf", "include:spf.hosting.example ip4:192.0.2.25")
    names.says(claim.host, "TXT", "v=spf1 +include:spf.hosting.example redirect=_spf.other.example")
    finding = await seen(claim, Item.SPF)
    assert finding.wanted == (
        "v=spf1 +include:spf.hosting.example ip4:192.0.2.25 redirect=_spf.other.example",
    )


async def test_the_key_for_mail_may_come_in_pieces_and_must_be_whole(names: NameServer) -> None:
    key = base64.b64encode(bytes(range(256)) + b"x" * 38).decode()
    claim = replace(a_claim(Purpose.MAIL), public_key=key)
    name = f"portal1._domainkey.{claim.host}"
    names.says(name, "TXT", dkim_value(key[:255]))
    assert (await seen(claim, Item.DKIM)).state is State.OTHER
    names.says(name, "TXT", dkim_value(key).replace("; ", ";"))
    assert (await seen(claim, Item.DKIM)).state is State.OK
    names.says(name, "TXT", dkim_value(key), dkim_value("old"))
    assert (await seen(claim, Item.DKIM)).state is State.SEVERAL


async def test_on_a_developers_machine_every_localhost_name_works(names: NameServer) -> None:
    names.is_silent_about("localhost")
    for purpose in Purpose:
        findings = await check(a_claim(purpose, host=f"{unique('any')}.localhost"))
        assert all(finding.good for finding in findings.values())


async def test_the_dns_may_be_silent_and_that_says_nothing_about_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings(), "dns_servers", "127.0.0.1:9")
    findings = await check(a_claim(Purpose.MAIL))
    assert {finding.state for finding in findings.values()} == {State.SILENT}


def test_what_was_seen_is_kept_with_the_time_since_when() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    missing = {Item.POINTING: Finding(Item.POINTING, State.ELSEWHERE, ("a",), ("b",))}
    first = findings_document(missing, {}, now)
    again = findings_document(missing, first, now + timedelta(hours=1))
    assert again["pointing"]["since"] == first["pointing"]["since"]
    better = findings_document(
        {Item.POINTING: Finding(Item.POINTING, State.OK)}, again, now + timedelta(hours=2)
    )
    assert better["pointing"]["since"] == (now + timedelta(hours=2)).isoformat()
    read = findings_from(again, Purpose.APP)
    assert read[Item.POINTING] == missing[Item.POINTING]
    assert read[Item.OWNERSHIP].state is State.UNSEEN


def test_name_servers_are_written_with_or_without_port() -> None:
    assert name_servers("192.0.2.53, [2001:db8::53]:5353,2001:db8::1,127.0.0.1:99") == [
        ("192.0.2.53", 53),
        ("2001:db8::53", 5353),
        ("2001:db8::1", 53),
        ("127.0.0.1", 99),
    ]
