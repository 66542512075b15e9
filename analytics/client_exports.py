"""All that there is about a client as one file: asked for, made in the background, fetched within a day."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import structlog
from kombu.exceptions import OperationalError
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from analytics import models
from analytics.client_archive import ClientArchive
from tenancy.audit import Action, Target, record
from tenancy.contracts import contract_of, require_above
from tenancy.db import after_commit, session, system_session
from tenancy.errors import NotFound
from tenancy.ids import OrganizationId, UserId
from tenancy.members import everybody_in
from tenancy.organizations import OrganizationInfo, organization_by_id
from tenancy.sites import list_sites
from tenancy.text import gettext as _
from tenancy.text import gettext_noop, speaking
from tenancy.viewer import Viewer
from themes.emails import ExportReady, send_mail

log = structlog.get_logger(__name__)

KEPT = timedelta(days=1)
"""For so long the file can be fetched."""
STALE = timedelta(minutes=15)
"""After so long without a sign of life its making is taken for dead."""


class ExportState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ClientExport:
    """Where an export stands: so many of its steps are done. FAILED also where nothing was heard for long."""

    state: ExportState
    done: int
    steps: int
    expires_at: datetime

    @property
    def is_under_way(self) -> bool:
        return self.state in {ExportState.WAITING, ExportState.WORKING}


@dataclass(frozen=True, slots=True)
class ExportFile:
    name: str
    body: bytes


class NoExport(NotFound):
    """There never was one, it is not ready, or its time is over."""

    code = "no_export"
    message = gettext_noop("This file no longer exists. Start a new export.")


async def ask_for_export(db: AsyncSession, viewer: Viewer, client: OrganizationInfo) -> None:
    """Has the file made. While one is being made, it is that one that is waited for. Raises Forbidden."""
    require_above(viewer, client.id)
    known = await export_of(db, client.id)
    if known is not None and known.is_under_way:
        return
    run = uuid4()
    values = {
        "run": run,
        "asker_email": viewer.email,
        "asker_locale": viewer.locale,
        "state": ExportState.WAITING,
        "done": 0,
        "steps": 0,
        "body": None,
        "asked_at": func.now(),
        "touched_at": func.now(),
        "expires_at": func.now() + KEPT,
    }
    put = insert(models.ClientExport).values(organization_id=client.id, **values)
    await db.execute(put.on_conflict_do_update(index_elements=["organization_id"], set_=values))
    target = Target(client.public_id, client.name)
    await record(db, viewer, Action.ORGANIZATION_EXPORTED, target, organization_id=client.id)
    after_commit(db, _queue, viewer.organization_id, client.id, run)


async def export_of(db: AsyncSession, client_id: OrganizationId) -> ClientExport | None:
    """The export of a client below the viewer's; None where there is none, or its time is over."""
    export = models.ClientExport
    row = (
        await db.execute(
            select(
                export.state,
                export.done,
                export.steps,
                export.expires_at,
                (export.touched_at < func.now() - STALE).label("is_stale"),
            ).where(export.organization_id == client_id, export.expires_at > func.now())
        )
    ).one_or_none()
    if row is None:
        return None
    found = ClientExport(ExportState(row.state), row.done, row.steps, row.expires_at)
    if found.is_under_way and row.is_stale:
        return ClientExport(ExportState.FAILED, row.done, row.steps, row.expires_at)
    return found


async def export_file(db: AsyncSession, viewer: Viewer, client: OrganizationInfo) -> ExportFile:
    """The file, for everybody who may ask for it. Raises Forbidden, or NoExport."""
    require_above(viewer, client.id)
    export = models.ClientExport
    row = (
        await db.execute(
            select(export.file_name, export.body).where(
                export.organization_id == client.id,
                export.state == ExportState.READY,
                export.expires_at > func.now(),
            )
        )
    ).one_or_none()
    if row is None or row.body is None:
        raise NoExport()
    return ExportFile(row.file_name, row.body)


async def make_export(above: OrganizationId, client_id: OrganizationId, run: UUID) -> ExportState | None:
    """Makes the file, in the eyes of the organisation above. Can run twice; None where it is not wanted."""
    work = _Work(_Above(above), client_id, run)
    try:
        return await work.do()
    except _Replaced:
        return None
    except Exception:
        log.exception("export.failed", organization=str(client_id))
        return await work.give_up()


async def forget_exports() -> int:
    """Takes away the files whose time is over, and says how many."""
    async with system_session(reason="exports whose time is over") as db:
        gone = delete(models.ClientExport).where(models.ClientExport.expires_at <= func.now())
        return len(list(await db.scalars(gone.returning(models.ClientExport.organization_id))))


class _Replaced(Exception):
    """Somebody has asked anew, the file is made already, or the client is gone."""


@dataclass(frozen=True, slots=True)
class _Above:
    """The organisation that asked, as such: what it may see does not hang on who of it asked."""

    organization_id: OrganizationId
    user_id: UserId | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """One making of a file."""

    above: _Above
    client_id: OrganizationId
    run: UUID

    async def do(self) -> ExportState:
        async with session(self.above) as db:
            await self._note(db, state=ExportState.WORKING, done=0)
            client = await organization_by_id(db, self.client_id)
            sites = await list_sites(db, client.id)
            people, contract = await everybody_in(db, client), await contract_of(db, client.id)
            await self._note(db, steps=len(sites))
        with ClientArchive() as archive:
            archive.put_client(client, contract, people, sites)
            for done, site in enumerate(sites, start=1):
                await archive.put_days(site)
                async with session(self.above) as db:
                    await self._note(db, done=done)
            body, name = archive.packed(), archive.file_name(client)
        async with session(self.above) as db:
            row = await self._note(
                db, state=ExportState.READY, body=body, file_name=name, expires_at=func.now() + KEPT
            )
            with speaking(row.asker_locale):
                what = _("Everything about {client}").format(client=client.name)
            mail = ExportReady(what, f"/clients/{client.public_id}/contract", row.expires_at)
            await send_mail(db, self.above.organization_id, row.asker_email, mail, locale=row.asker_locale)
        log.info("export.ready", organization=client.public_id, sites=len(sites), bytes=len(body))
        return ExportState.READY

    async def give_up(self) -> ExportState | None:
        try:
            async with session(self.above) as db:
                await self._note(db, state=ExportState.FAILED)
        except _Replaced:
            return None
        return ExportState.FAILED

    async def _note(self, db: AsyncSession, **values: object) -> models.ClientExport:
        """Writes down how far it is. Raises _Replaced where this making is not wanted any more."""
        export = models.ClientExport
        row: models.ClientExport | None = await db.scalar(
            update(export)
            .where(
                export.organization_id == self.client_id,
                export.run == self.run,
                export.state.in_((ExportState.WAITING, ExportState.WORKING)),
            )
            .values(touched_at=func.now(), **values)
            .returning(export)
        )
        if row is None:
            raise _Replaced()
        return row


async def _queue(above: OrganizationId, client_id: OrganizationId, run: UUID) -> None:
    from analytics.tasks import make_client_export  # it needs what stands above

    arguments = (str(above), str(client_id), str(run))
    try:
        await asyncio.to_thread(make_client_export.apply_async, arguments, queue="reports", retry=False)
    except OperationalError as error:
        # Redis does not answer: after a while the page says that it did not work.
        log.warning("export.not_queued", organization=str(client_id), reason=str(error)[:200])
