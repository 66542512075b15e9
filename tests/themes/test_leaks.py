"""Every kind of mail as it arrives, and every PDF: nothing in them tells of the platform or of a stranger."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select

import tenancy.settings
import themes.settings
from tenancy import models
from tenancy.db import session, system_session
from tenancy.domain_mail import add_key
from tenancy.domains import Purpose, add_domain
from tenancy.text import speaking
from tests.factories import MadeOrganization, a_viewer, make_client, make_direct, make_reseller, unique
from tests.leaks.traces import Traces
from tests.leaks.worlds import Belongings, owner_connection
from tests.mail_server import MailServerRun, Received
from themes.emails import Mail, send_mail
from themes.looks import theme_for
from themes.mail.kinds import KINDS
from themes.mail.outbox import MailState, deliver
from themes.mail.samples import sample_mails
from themes.pdf import Cover, branded_pdf
from themes.theme import Font, Mode

PLATFORM_MAIL = "hello@mail.platform.example"
LANGUAGES = ("en", "de")


async def traces_for(*others: MadeOrganization) -> Traces:
    """The platform's names and addresses, and whatever the others have."""
    ours = tenancy.settings.settings().platform_host, "mail.platform.example", "platform.example"
    with owner_connection() as owner:
        needles = Belongings(owner).of(*others) if others else frozenset()
    common = {"client", "reseller", "platform", "en", "utc"}
    return Traces(frozenset(ours), needles - common)


async def arrived(server: MailServerRun, organization: MadeOrganization, mail: Mail, locale: str) -> Received:
    """The mail as the recipient's server took it in."""
    to = f"{unique('kim')}@recipient.example"
    async with session(a_viewer(organization)) as db:
        mail_id = await send_mail(db, organization.id, to, mail, locale=locale)
    assert await deliver(mail_id) is MailState.SENT
    return next(one for one in server.mails if one.recipients == [to])


def found_in(traces: Traces, mail: Received) -> list[str]:
    """The traces in the envelope, the headers, the parts, and the bytes of it all."""
    message = message_from_bytes(mail.raw, policy=default)
    found = traces.in_text(f"{mail.hello} {mail.sender}") + traces.in_headers(message.items())
    found += traces.in_html(mail.part("html")) + traces.in_text(mail.part("plain"))
    return found + traces.in_text(mail.raw.decode())


@pytest.fixture
def platforms_server(platform_mail: MailServerRun, monkeypatch: pytest.MonkeyPatch) -> MailServerRun:
    """Agencies without a server of their own write through this one."""
    monkeypatch.setattr(themes.settings.settings(), "mail_from", PLATFORM_MAIL)
    return platform_mail


async def test_every_kind_of_mail_names_nobody_but_its_agency(platforms_server: MailServerRun) -> None:
    agency = await make_reseller(theme={"name": "Northwind Data", "support_email": "help@northwind.example"})
    rival = await make_reseller(theme={"name": "Fernhill Numbers"})
    client = await make_client(agency)
    traces = await traces_for(rival, await make_client(rival))
    samples = sample_mails(agency.host, datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert samples.keys() == KINDS.keys()

    for number, (kind, mail) in enumerate(samples.items()):
        whose, locale = (agency, client)[number % 2], LANGUAGES[number // 2 % 2]
        with speaking(locale):
            received = await arrived(platforms_server, whose, mail, locale)
        found = found_in(traces, received)
        assert not found, f"{kind} in {locale}: {found}"
        assert str(received.message["Message-ID"]).endswith(f"@{agency.host}>"), kind
        assert received.message["From"].addresses[0].domain == agency.host, kind


async def test_an_agencys_mail_domain_is_the_only_one_in_its_mail(platforms_server: MailServerRun) -> None:
    agency = await make_reseller(theme={"name": "Northwind Data"})
    async with system_session(reason="test") as db:
        host = await add_domain(
            db, agency.id, f"{unique('mail')}.example.com", purpose=Purpose.MAIL, verified=True, primary=True
        )
        row = (await db.execute(select(models.Domain).where(models.Domain.host == host))).scalar_one()
        await add_key(db, row)
    sample = sample_mails(agency.host)["invitation"]

    received = await arrived(platforms_server, agency, sample, "en")

    assert not found_in(await traces_for(), received)
    assert received.message["From"].addresses[0].domain == host
    assert f"d={host}" in str(received.message["DKIM-Signature"])


async def test_a_platforms_own_mail_would_be_found(platforms_server: MailServerRun) -> None:
    """The same search in a mail that does name the platform."""
    received = await arrived(
        platforms_server, await make_direct(), sample_mails("x.example")["invitation"], "en"
    )

    found = " ".join(found_in(await traces_for(), received))
    assert "the platform's name" in found and "the platform's host: mail.platform.example" in found


@pytest.mark.parametrize("font", Font)
@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
async def test_every_pdf_names_nobody_but_its_agency(stack: dict[str, str], font: Font, mode: Mode) -> None:
    agency = await make_reseller(theme={"name": "Northwind Data", "font": str(font)})
    rival = await make_reseller()
    theme = await theme_for(agency.id)
    pdf = branded_pdf(theme, {}, Cover("October", facts=(("Site", "shop.example"),)), mode=mode)
    assert (await traces_for(rival)).in_pdf(pdf) == []
