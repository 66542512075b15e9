"""The outbox: mails wait in PostgreSQL, so that none is lost with a process, and none goes twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.db import system_session
from tenancy.errors import InsightHubError, NotFound
from tenancy.ids import OrganizationId
from tenancy.languages import ENGLISH
from tenancy.sealing import Unreadable, seal, unseal
from tenancy.text import gettext as _
from tenancy.text import gettext_noop, speaking
from themes.mail.brand import MailBrand, mail_brand
from themes.mail.drawing import draw_mail
from themes.mail.kinds import packed, unpacked
from themes.mail.letter import Mail
from themes.mail.outlets import Outlet, in_envelope, outlet_for
from themes.mail.servers import MailTrouble
from themes.models import OutgoingMail

log = structlog.get_logger(__name__)


class MailState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MailRecord:
    """What became of a mail, for the people who look after the brand."""

    kind: str
    recipient: str
    state: MailState
    attempts: int
    reason: str
    """Why it was not sent, in the language of whoever looks."""
    created_at: datetime


LEASE = timedelta(minutes=10)
"""For so long a try may take; then its process is taken for dead."""
KEPT = timedelta(days=30)
"""For so long one can see what became of a mail."""
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=2)
_PURPOSE = "outgoing mail"


async def put_into_outbox(
    db: AsyncSession, organization_id: OrganizationId | UUID, to: str, mail: Mail, locale: str | None
) -> UUID:
    """A row in this transaction: the mail exists if what caused it does."""
    mail_id, now = uuid4(), datetime.now(UTC)
    db.add(
        OutgoingMail(
            id=mail_id,
            organization_id=organization_id,
            recipient=to,
            kind=mail.kind,
            locale=locale,
            contents=seal(packed(mail), _PURPOSE, str(mail_id)),
            created_at=now,
            next_attempt_at=now,
            expires_at=now + mail.good_for,
        )
    )
    await db.flush()
    return mail_id


async def deliver(mail_id: UUID, now: datetime | None = None) -> MailState | None:
    """One try at a mail that is due; None where it is not (sent, being sent by another, waiting)."""
    # What goes wrong is kept in the words of the code, and said in another language to who reads of it.
    with speaking(ENGLISH.code):
        return await _deliver(mail_id, now or datetime.now(UTC))


async def _deliver(mail_id: UUID, now: datetime) -> MailState | None:
    claimed = await _claim(mail_id, now)
    if not isinstance(claimed, _Claim):
        return claimed
    try:
        drawn = draw_mail(claimed.mail, claimed.brand, claimed.locale)
        message = in_envelope(
            drawn,
            claimed.outlet,
            to=claimed.to,
            message_id=str(mail_id),
            at=format_datetime(claimed.written_at),
            locale=claimed.locale,
        )
        await claimed.outlet.send(message, claimed.to)
    except MailTrouble as trouble:
        return await _note(
            claimed, _after(trouble, claimed, now), _Reason(trouble.words, trouble.values), now
        )
    except Exception as error:
        # A mail that cannot be written today cannot be written tomorrow.
        log.exception("mail.not_written", mail=str(mail_id), kind=claimed.mail.kind)
        return await _note(claimed, MailState.FAILED, _Reason(type(error).__name__, {}), now)
    return await _note(claimed, MailState.SENT, _Reason("", {}), now)


async def due_mails(now: datetime | None = None, limit: int = 500) -> list[UUID]:
    """What should have been sent by now, and what a process died over; forgets what is long finished."""
    now = now or datetime.now(UTC)
    async with system_session(reason="mails that are due") as db:
        await db.execute(
            delete(OutgoingMail).where(
                OutgoingMail.state.in_((MailState.SENT, MailState.FAILED)),
                OutgoingMail.created_at < now - KEPT,
            )
        )
        due = select(OutgoingMail.id).where(
            OutgoingMail.state.in_((MailState.WAITING, MailState.SENDING)),
            OutgoingMail.next_attempt_at <= now,
        )
        return list(await db.scalars(due.order_by(OutgoingMail.next_attempt_at).limit(limit)))


async def recent_mails(
    db: AsyncSession, organization_id: OrganizationId, limit: int = 20
) -> list[MailRecord]:
    """The newest mails of the organisation itself, newest first."""
    rows = await db.scalars(
        select(OutgoingMail)
        .where(OutgoingMail.organization_id == organization_id)
        .order_by(OutgoingMail.created_at.desc())
        .limit(limit)
    )
    return [
        MailRecord(row.kind, row.recipient, MailState(row.state), row.attempts, _said(row), row.created_at)
        for row in rows
    ]


def wait_after(attempts: int) -> timedelta:
    """1, 2, 4, 8 ... minutes, two hours at most."""
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 20)), _LONGEST_WAIT)


class _Reason(NamedTuple):
    """A message of the catalogues, and what belongs into it."""

    words: str
    values: dict[str, str | int]


_TOO_LONG = gettext_noop("It waited too long.")


def _said(row: OutgoingMail) -> str:
    if not row.reason:
        return ""
    return _(row.reason).format(**row.reason_values) if row.reason_values else _(row.reason)


@dataclass(frozen=True, slots=True)
class _Claim:
    id: UUID
    mail: Mail
    to: str
    locale: str
    brand: MailBrand
    outlet: Outlet
    attempts: int
    written_at: datetime
    expires_at: datetime


async def _claim(mail_id: UUID, now: datetime) -> _Claim | MailState | None:
    """Takes the mail for this process; its state where that is the end of it."""
    async with system_session(reason="a mail that is due") as db:
        row = await db.scalar(
            select(OutgoingMail)
            .where(
                OutgoingMail.id == mail_id,
                OutgoingMail.state.in_((MailState.WAITING, MailState.SENDING)),
                OutgoingMail.next_attempt_at <= now,
            )
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        if now >= row.expires_at:
            reason = _Reason(row.reason, row.reason_values) if row.reason else _Reason(_TOO_LONG, {})
            return _finish(row, MailState.FAILED, reason, now)
        try:
            brand = await mail_brand(db, row.organization_id)
            outlet = await outlet_for(db, brand)
            mail = unpacked(row.kind, unseal(row.contents, _PURPOSE, str(mail_id)))
        except (NotFound, Unreadable) as error:
            return _finish(row, MailState.FAILED, _Reason(error.message, {}), now)
        except InsightHubError as error:
            # A setting is wrong: somebody may put it right while the mail is still worth sending.
            row.reason, row.reason_values = _Reason(error.message, {})
            row.next_attempt_at = now + _LONGEST_WAIT / 8
            return MailState.WAITING
        row.state = MailState.SENDING
        row.attempts += 1
        row.next_attempt_at = now + LEASE
        return _Claim(
            row.id,
            mail,
            row.recipient,
            row.locale or brand.locale,
            brand,
            outlet,
            row.attempts,
            row.created_at,
            row.expires_at,
        )


def _after(trouble: MailTrouble, claim: _Claim, now: datetime) -> MailState:
    gives_up = trouble.lasting or now + wait_after(claim.attempts) >= claim.expires_at
    return MailState.FAILED if gives_up else MailState.WAITING


def _finish(row: OutgoingMail, state: MailState, reason: _Reason, now: datetime) -> MailState:
    row.state, row.finished_at = state, now
    row.reason, row.reason_values = reason
    # There are links to new passwords in it.
    row.contents = b""
    return state


async def _note(claim: _Claim, state: MailState, reason: _Reason, now: datetime) -> MailState | None:
    """Keeps what came of the try, unless another process took the mail over meanwhile."""
    async with system_session(reason="what came of a mail") as db:
        row = await db.scalar(
            select(OutgoingMail)
            .where(
                OutgoingMail.id == claim.id,
                OutgoingMail.state == MailState.SENDING,
                OutgoingMail.attempts == claim.attempts,
            )
            .with_for_update()
        )
        if row is None:
            return None
        if state is MailState.WAITING:
            row.state = state
            row.reason, row.reason_values = reason
            row.next_attempt_at = now + wait_after(claim.attempts)
        else:
            _finish(row, state, reason, now)
    kept = claim.outlet.server is None and state is MailState.SENT
    log.info(
        "mail.kept" if kept else f"mail.{state}",
        mail=str(claim.id),
        kind=claim.mail.kind,
        organization=str(claim.brand.organization_id),
        attempts=claim.attempts,
    )
    return state
