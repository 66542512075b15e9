"""What the worker does: one mail by its id, and a sweep for those whose turn was lost."""

import asyncio
from datetime import UTC, datetime

import pytest
from kombu.exceptions import OperationalError
from redis.asyncio import Redis

from tenancy.db import session
from tests.factories import a_viewer, make_reseller
from tests.mail_server import MailServerRun
from themes.emails import TwoFactorOn, send_mail
from themes.tasks import send_outgoing_mail, sweep_outgoing_mail


async def test_a_mail_is_queued_after_the_commit_and_sent_by_its_id(
    platform_mail: MailServerRun, stack: dict[str, str]
) -> None:
    agency = await make_reseller()
    async with Redis.from_url(stack["REDIS_URL"], decode_responses=True) as redis:
        async with session(a_viewer(agency)) as db:
            mail_id = await send_mail(db, agency.id, "kim@example.com", TwoFactorOn(datetime.now(UTC)))
            assert not await is_queued(redis, str(mail_id))
        assert await is_queued(redis, str(mail_id))

    # A queue may hand out a task twice.
    assert await asyncio.to_thread(send_outgoing_mail, str(mail_id)) == "sent"
    assert await asyncio.to_thread(send_outgoing_mail, str(mail_id)) is None
    assert len(platform_mail.mails) == 1


async def test_a_mail_that_redis_never_heard_of_is_swept_up(
    platform_mail: MailServerRun, stack: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OperationalError("Connection refused")

    agency = await make_reseller()
    with monkeypatch.context() as patch:
        patch.setattr(send_outgoing_mail, "apply_async", unreachable)
        async with session(a_viewer(agency)) as db:
            mail_id = await send_mail(db, agency.id, "kim@example.com", TwoFactorOn(datetime.now(UTC)))

    async with Redis.from_url(stack["REDIS_URL"], decode_responses=True) as redis:
        await asyncio.to_thread(sweep_outgoing_mail)
        assert await is_queued(redis, str(mail_id))


async def is_queued(redis: Redis, mail_id: str) -> bool:
    waiting = await redis.lrange("celery:default", 0, -1)
    return any(mail_id in str(task) for task in waiting)
