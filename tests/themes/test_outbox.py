"""Mails wait in the outbox, leave once, and leave nothing behind."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

import themes.settings
from tenancy.db import session, system_session
from tenancy.text import speaking
from tests.factories import MadeOrganization, a_viewer, make_client, make_reseller, unique
from tests.mail_server import MailServerRun
from themes.emails import Mail, ResetPassword, TwoFactorOn, send_mail
from themes.mail.outbox import LEASE, MailState, deliver, due_mails, recent_mails

SECRET = "aVerySecretToken"


async def post(organization: MadeOrganization, mail: Mail | None = None, to: str = "kim@example.com") -> UUID:
    async with session(a_viewer(organization)) as db:
        return await send_mail(db, organization.id, to, mail or TwoFactorOn(datetime.now(UTC)))


async def row_of(mail_id: UUID) -> dict[str, object]:
    async with system_session(reason="test") as db:
        found = await db.execute(text("SELECT * FROM outgoing_mail WHERE id = :id"), {"id": mail_id})
        return dict(found.mappings().one())


async def told_of(organization: MadeOrganization, locale: str = "en") -> str:
    """Why its newest mail was not sent, as its people read it."""
    viewer = a_viewer(organization)
    with speaking(locale):
        async with session(viewer) as db:
            return (await recent_mails(db, organization.id))[0].reason


async def test_a_mail_leaves_once_and_its_contents_are_gone(platform_mail: MailServerRun) -> None:
    agency = await make_reseller()
    mail_id = await post(agency, ResetPassword(f"/reset/{SECRET}"))
    before = await row_of(mail_id)
    assert SECRET.encode() not in bytes(before["contents"])  # type: ignore[call-overload]

    assert await deliver(mail_id) is MailState.SENT
    assert await deliver(mail_id) is None

    assert platform_mail.only().recipients == ["kim@example.com"]
    assert f"http://{agency.host}/reset/{SECRET}" in platform_mail.only().part("plain")
    after = await row_of(mail_id)
    assert (after["state"], bytes(after["contents"])) == ("sent", b"")  # type: ignore[call-overload]
    assert SECRET not in str(after)
    assert mail_id not in await due_mails()


async def test_what_was_rolled_back_sends_nothing(platform_mail: MailServerRun) -> None:
    agency = await make_reseller()
    with pytest.raises(ZeroDivisionError):
        async with session(a_viewer(agency)) as db:
            mail_id = await send_mail(db, agency.id, "kim@example.com", TwoFactorOn(datetime.now(UTC)))
            raise ZeroDivisionError

    assert await deliver(mail_id) is None
    assert platform_mail.mails == []


async def test_many_tries_at_the_same_time_send_one_mail(platform_mail: MailServerRun) -> None:
    mail_id = await post(await make_reseller())

    answers = await asyncio.gather(*(deliver(mail_id) for _ in range(8)))

    assert sorted(map(str, answers)) == ["None"] * 7 + ["sent"]
    assert len(platform_mail.mails) == 1


async def test_a_server_that_is_down_is_tried_again_until_it_answers(
    platform_mail: MailServerRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = await make_reseller()
    mail_id = await post(agency)
    begin = datetime.now(UTC)
    with monkeypatch.context() as patch:
        patch.setattr(themes.settings.settings(), "smtp_url", "smtp://127.0.0.1:9?security=none")
        with speaking("de"):  # whoever tries may speak another language than whoever reads of it
            assert await deliver(mail_id, begin) is MailState.WAITING
        assert await told_of(agency) == "Nothing responds on 127.0.0.1, port 9."
        assert await told_of(agency, "de") == "Auf 127.0.0.1, Port 9, antwortet nichts."
        assert await deliver(mail_id, begin + timedelta(seconds=59)) is None
        assert await deliver(mail_id, begin + timedelta(seconds=61)) is MailState.WAITING
        row = await row_of(mail_id)
        assert row["attempts"] == 2
        assert mail_id not in await due_mails(begin + timedelta(seconds=120))

    later = begin + timedelta(seconds=190)
    assert mail_id in await due_mails(later)
    assert await deliver(mail_id, later) is MailState.SENT
    assert len(platform_mail.mails) == 1


async def test_it_gives_up_after_a_day_and_keeps_the_reason_alone(
    platform_mail: MailServerRun,
) -> None:
    platform_mail.rules.refuse_recipient = "451 Greylisted, come back later"
    mail_id = await post(await make_reseller(), ResetPassword(f"/reset/{SECRET}"))
    state, tries, now = MailState.WAITING, 0, datetime.now(UTC)
    while state is MailState.WAITING:
        tries += 1
        state = await deliver(mail_id, now) or state
        now = datetime.fromisoformat(str((await row_of(mail_id))["next_attempt_at"]))

    row = await row_of(mail_id)
    assert (row["state"], bytes(row["contents"])) == ("failed", b"")  # type: ignore[call-overload]
    assert "Greylisted" in str(row["reason_values"])
    # The link in it is good for an hour: 1, 2, 4, 8, 16 and 32 minutes apart.
    assert tries == 6


async def test_a_recipient_that_does_not_exist_is_not_tried_again(platform_mail: MailServerRun) -> None:
    platform_mail.rules.refuse_recipient = "550 5.1.1 No such user"
    agency = await make_reseller()

    assert await deliver(await post(agency)) is MailState.FAILED

    assert await told_of(agency) == "127.0.0.1 does not accept emails for this address: 5.1.1 No such user"


async def test_a_mail_whose_process_died_is_found_again(
    platform_mail: MailServerRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_id = await post(await make_reseller())
    begin = datetime.now(UTC)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("themes.mail.outbox.draw_mail", die)
        await deliver(mail_id, begin)
    assert (await row_of(mail_id))["state"] == "sending"
    assert await deliver(mail_id, begin + timedelta(minutes=1)) is None

    assert mail_id in await due_mails(begin + LEASE)
    assert await deliver(mail_id, begin + LEASE) is MailState.SENT
    assert len(platform_mail.mails) == 1


async def test_a_client_writes_under_its_resellers_name(platform_mail: MailServerRun) -> None:
    agency = await make_reseller(theme={"primary_color": "#0f766e"})
    await deliver(await post(await make_client(agency)))

    mail = platform_mail.only()
    assert agency.name in str(mail.message["From"])
    assert f"http://{agency.host}" not in str(mail.message["From"])
    assert agency.name in mail.part("html")


async def test_without_any_way_out_a_mail_says_so_and_waits(
    stack: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(themes.settings.settings(), "smtp_url", "")
    monkeypatch.setattr(themes.settings.settings(), "mail_dir", None)
    agency = await make_reseller()
    with speaking("de"):
        mail_id = await post(agency, to=f"{unique('kim')}@example.com")
        assert await deliver(mail_id) is MailState.WAITING
    assert await told_of(agency) == "No mail server is set up: see SMTP_URL."


async def test_old_mails_are_forgotten(platform_mail: MailServerRun) -> None:
    mail_id = await post(await make_reseller())
    await deliver(mail_id)
    async with system_session(reason="test") as db:
        # The app itself cannot change when a mail was written.
        found = await db.scalar(text("SELECT created_at FROM outgoing_mail WHERE id = :id"), {"id": mail_id})
    assert isinstance(found, datetime)

    await due_mails(found + timedelta(days=29))
    assert (await row_of(mail_id))["state"] == "sent"
    await due_mails(found + timedelta(days=31))
    async with system_session(reason="test") as db:
        left = await db.scalar(text("SELECT count(*) FROM outgoing_mail WHERE id = :id"), {"id": mail_id})
    assert left == 0
