"""A reseller's own mail server: who may set it, when it is used, and how its password is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dkim
import pytest
from sqlalchemy import select, text

import themes.settings
from tenancy import models
from tenancy.db import session, system_session
from tenancy.domain_mail import add_key
from tenancy.domains import Purpose, add_domain
from tenancy.errors import Forbidden, Invalid, TooManyTries
from tenancy.roles import Role
from tenancy.settings import settings
from tenancy.viewer import Viewer
from tests.factories import (
    MadeOrganization,
    a_viewer,
    make_client,
    make_direct,
    make_operator,
    make_reseller,
    the_platform,
    unique,
)
from tests.mail_server import PASSWORD, USERNAME, MailServerRun, MailServers
from themes.emails import Invitation, send_mail
from themes.mail.brand import mail_brand
from themes.mail.outbox import MailState, deliver
from themes.mail.outlets import outlet_for
from themes.mail.sender_settings import (
    SenderForm,
    remove_sender_settings,
    save_sender_settings,
    sender_settings,
)
from themes.mail.servers import MailTrouble
from themes.mail.trial import TRIALS, send_test_mail

FORM = SenderForm(
    host="localhost",
    port="587",
    security="starttls",
    username=USERNAME,
    password=PASSWORD,
    from_address="Hello@Agency.example",
    from_name="The Agency",
    reply_to="desk@agency.example",
)


def form_for(run: MailServerRun, **changes: Any) -> SenderForm:
    return replace(FORM, port=str(run.port), **changes)


async def save(viewer: Viewer, form: SenderForm) -> None:
    async with session(viewer) as db:
        await save_sender_settings(db, viewer, form)


async def invite(organization: MadeOrganization) -> MailState | None:
    async with session(a_viewer(organization)) as db:
        mail = Invitation("Kim", organization.name, Role.VIEWER, "/invitations/abc")
        mail_id = await send_mail(db, organization.id, "new@example.com", mail)
    return await deliver(mail_id)


@pytest.fixture
def agency_mail(platform_mail: MailServerRun, mail_servers: MailServers) -> MailServerRun:
    """The agency's own server, beside the platform's."""
    return mail_servers(starttls=True, auth=True)


async def test_the_agencys_server_is_used_once_a_test_mail_went_through(
    platform_mail: MailServerRun, agency_mail: MailServerRun
) -> None:
    agency = await make_reseller()
    client, viewer = await make_client(agency), a_viewer(agency)
    await save(viewer, form_for(agency_mail))

    assert await invite(client) is MailState.SENT
    assert (len(platform_mail.mails), len(agency_mail.mails)) == (1, 0)

    assert await send_test_mail(viewer) == "localhost"
    test = agency_mail.only()
    assert (test.recipients, test.encrypted, test.signed_in) == ([viewer.email], True, True)

    assert await invite(client) is MailState.SENT
    assert (len(platform_mail.mails), len(agency_mail.mails)) == (1, 2)
    mail = agency_mail.mails[1]
    assert str(mail.message["From"]) == "The Agency <hello@agency.example>"
    assert str(mail.message["Reply-To"]) == "desk@agency.example"
    assert (mail.sender, mail.hello) == ("hello@agency.example", agency.host)
    assert str(mail.message["Message-ID"]).endswith("@agency.example>")


async def test_another_agency_and_the_platform_do_not_use_it(
    platform_mail: MailServerRun, agency_mail: MailServerRun
) -> None:
    agency, rival, direct = await make_reseller(), await make_reseller(), await make_direct()
    await save(a_viewer(agency), form_for(agency_mail))
    await send_test_mail(a_viewer(agency))
    agency_mail.mails.clear()

    await invite(rival)
    await invite(direct)

    assert agency_mail.mails == []
    theirs, ours = platform_mail.mails
    assert str(theirs.message["From"]) == f"{rival.name} <hello@{rival.host}>"
    assert str(ours.message["From"]) == "InsightHub <hello@insighthub.example>"


async def test_no_header_of_a_resellers_mail_names_the_platform(platform_mail: MailServerRun) -> None:
    agency = await make_reseller(theme={"support_email": "help@agency.example"})
    await invite(await make_client(agency))

    mail = platform_mail.only()
    assert b"insighthub" not in mail.raw.lower()
    assert (mail.hello, mail.sender) == (agency.host, f"hello@{agency.host}")
    assert str(mail.message["Message-ID"]).endswith(f"@{agency.host}>")


async def test_mail_from_an_agencys_mail_domain_carries_its_signature(platform_mail: MailServerRun) -> None:
    agency = await make_reseller()
    host = f"{unique('news')}.example"
    async with session(a_viewer(agency)) as db:
        await add_domain(db, agency.id, host, purpose=Purpose.MAIL, verified=True, primary=True)
        row = (await db.execute(select(models.Domain).where(models.Domain.host == host))).scalar_one()
        key = await add_key(db, row)
        record = f"v=DKIM1; k=rsa; p={key.public_key}".encode()

    def published(_name: bytes, timeout: int = 5) -> bytes:
        return record

    await invite(await make_client(agency))

    mail = platform_mail.only()
    assert (mail.sender, mail.message["DKIM-Signature"] is None) == (f"hello@{host}", False)
    assert dkim.verify(mail.raw, dnsfunc=published)
    assert not dkim.verify(mail.raw.replace(b"Subject: ", b"Subject: Not "), dnsfunc=published)


async def test_a_neutral_address_stands_in_for_the_portals(
    platform_mail: MailServerRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = await make_reseller()
    monkeypatch.setattr(themes.settings.settings(), "mail_from_resellers", "mail@notices.example")
    async with system_session(reason="test") as db:
        assert (await outlet_for(db, await mail_brand(db, agency.id))).address == "mail@notices.example"


async def test_the_password_is_sealed_and_never_shown(agency_mail: MailServerRun) -> None:
    agency = await make_reseller()
    await save(a_viewer(agency), form_for(agency_mail))

    async with session(a_viewer(agency)) as db:
        row = (await db.execute(text("SELECT * FROM mail_settings"))).mappings().one()
        known = await sender_settings(db, agency.id)
        log = (await db.execute(text("SELECT details::text FROM audit_entries"))).scalars().all()
    assert PASSWORD not in str(dict(row))
    assert PASSWORD.encode() not in bytes(row["password"])
    assert known is not None and known.has_password
    assert PASSWORD not in repr(known)
    assert log and not any(PASSWORD in details for details in log)


@pytest.mark.parametrize(
    "changes",
    [{"host": "127.0.0.1"}, {"port": "2525"}, {"security": "tls"}, {"username": "other"}],
    ids=lambda changes: next(iter(changes)),
)
async def test_a_stored_password_is_never_sent_to_another_server(
    agency_mail: MailServerRun, changes: Mapping[str, str]
) -> None:
    """Who may fill in the form would else have it sent to a server of theirs, and read it there."""
    agency = await make_reseller()
    await save(a_viewer(agency), form_for(agency_mail))

    with pytest.raises(Invalid) as refused:
        await save(a_viewer(agency), replace(form_for(agency_mail, password=""), **changes))
    assert refused.value.field == "password"


async def test_an_empty_password_keeps_the_stored_one_and_the_test(agency_mail: MailServerRun) -> None:
    agency = await make_reseller()
    viewer = a_viewer(agency)
    await save(viewer, form_for(agency_mail))
    await send_test_mail(viewer)

    await save(viewer, form_for(agency_mail, password=""))
    async with session(viewer) as db:
        known = await sender_settings(db, agency.id)
    assert known is not None and known.server.password == PASSWORD
    assert known.verified_at is not None

    await save(viewer, form_for(agency_mail, password="", from_address="other@agency.example"))
    async with session(viewer) as db:
        known = await sender_settings(db, agency.id)
    assert known is not None and known.verified_at is None


async def test_a_test_that_fails_changes_nothing(
    platform_mail: MailServerRun, agency_mail: MailServerRun
) -> None:
    agency = await make_reseller()
    await save(a_viewer(agency), form_for(agency_mail, password="wrong"))

    with pytest.raises(MailTrouble, match="does not accept the user name and password"):
        await send_test_mail(a_viewer(agency))

    await invite(agency)
    assert (len(platform_mail.mails), len(agency_mail.mails)) == (1, 0)


async def test_without_own_settings_mail_takes_the_platforms_way_again(
    platform_mail: MailServerRun, agency_mail: MailServerRun
) -> None:
    agency = await make_reseller()
    viewer = a_viewer(agency)
    await save(viewer, form_for(agency_mail))
    await send_test_mail(viewer)

    async with session(viewer) as db:
        await remove_sender_settings(db, viewer)
    await invite(agency)

    assert len(platform_mail.mails) == 1


async def test_tests_are_counted(platform_mail: MailServerRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "rate_limits", True)
    viewer = a_viewer(await make_reseller())
    for _ in range(TRIALS.amount):
        await send_test_mail(viewer)
    with pytest.raises(TooManyTries):
        await send_test_mail(viewer)


async def test_only_who_may_and_only_resellers_set_a_server(platform_mail: MailServerRun) -> None:
    agency = await make_reseller()
    nobodies = (
        a_viewer(agency, Role.MEMBER),
        a_viewer(agency, Role.BILLING),
        a_viewer(await make_client(agency)),
        a_viewer(await make_direct()),
        a_viewer(await the_platform()),
    )
    for viewer in nobodies:
        with pytest.raises(Forbidden):
            await save(viewer, form_for(platform_mail))


async def test_an_operator_tests_the_platforms_server(platform_mail: MailServerRun) -> None:
    operator = await make_operator()
    viewer = replace(a_viewer(operator.organization), email=operator.email)
    assert await send_test_mail(viewer) == "127.0.0.1"
    assert platform_mail.only().recipients == [operator.email]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", ""),
        ("host", "two words"),
        ("host", "http://smtp.example"),
        ("host", "a" * 300),
        ("port", "0"),
        ("port", "65536"),
        ("port", "six"),
        ("port", "-1"),
        ("security", "maybe"),
        ("security", "none"),
        ("from_address", "nobody"),
        ("from_address", "a@b\r\nBcc: c@d"),
        ("from_address", "a,b@example.com"),
        ("reply_to", "nobody"),
        ("from_name", "x" * 81),
    ],
)
async def test_a_wrong_setting_is_refused_by_name(
    platform_mail: MailServerRun, field: str, value: str
) -> None:
    agency = await make_reseller()
    changes: dict[str, Any] = {field: value}
    with pytest.raises(Invalid) as refused:
        await save(a_viewer(agency), replace(FORM, **changes))
    assert refused.value.field == field


async def test_other_doors_than_those_of_mail_cannot_be_knocked_on(
    stack: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(themes.settings.settings(), "smtp_private_networks", False)
    agency = await make_reseller()
    with pytest.raises(Invalid) as refused:
        await save(a_viewer(agency), replace(FORM, host="smtp.example.com", port="6379"))
    assert refused.value.field == "port"

    await save(a_viewer(agency), replace(FORM, host="localhost", port="587"))
    with pytest.raises(MailTrouble, match="is not a mail server that can be reached from here"):
        await send_test_mail(a_viewer(agency))


async def test_settings_of_another_secret_key_stop_no_mail(
    platform_mail: MailServerRun, agency_mail: MailServerRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = await make_reseller()
    await save(a_viewer(agency), form_for(agency_mail))
    await send_test_mail(a_viewer(agency))
    monkeypatch.setattr(settings(), "secret_key", "another-key-of-some-length")

    assert await invite(agency) is MailState.SENT
    assert len(platform_mail.mails) == 1
