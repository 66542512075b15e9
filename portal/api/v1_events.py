"""/v1/sites/{site_id}/events: the events of a site one by one, and those that its own server sends."""

import re
from typing import Annotated

import structlog
from fastapi import Query
from redis.exceptions import RedisError

from analytics.collect.intake import Arrived
from analytics.collect.refusals import NotReady, Refused
from analytics.collect.router import open_intake
from analytics.reports.event_log import LoggedEvent, event_log
from portal.api.gate import TooManyRequests
from portal.api.opaque_ids import opaque_id
from portal.api.routes import BY_KEY, WRITES, api_router, refused
from portal.api.v1 import site_of_key
from portal.api.v1_events_body import (
    EventBody,
    EventsPage,
    EventsQuery,
    SentEvent,
    TakenEvents,
    cursor_of,
    position_of,
)
from portal.here import CurrentHolder
from tenancy.api_keys import Scope
from tenancy.errors import InsightHubError, Unavailable
from tenancy.sites import Site
from tenancy.text import gettext as _
from tracker.contract import CollectBody, Event

log = structlog.get_logger(__name__)

router = api_router("/v1/sites/{site_id}/events", "keys", 401, 403, 404)


class EventRefused(InsightHubError):
    """As collect refused it, with the field where this API has it."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.message, field=_field(refusal.field))
        self.status = 403 if refusal.status == 403 else 422
        self.code = refusal.code


@router.get("", response_model=EventsPage, responses=refused(422), openapi_extra=BY_KEY)
async def events(site_id: str, holder: CurrentHolder, query: Annotated[EventsQuery, Query()]) -> EventsPage:
    """The events of a site, one by one and page by page. Needs the scope read.

    Send the `next` of an answer as the `cursor` of the next request, with the other parameters as they were.
    The order is stable: an event that arrives meanwhile never makes another come twice or not at all.
    """
    site = await site_of_key(holder, site_id, Scope.READ)
    page = await event_log(
        site,
        order=query.order,
        limit=query.limit,
        after=position_of(query.cursor) if query.cursor else None,
        since=query.since,
        until=query.until,
        names=query.name,
    )
    return EventsPage(
        events=[_body(site, event) for event in page.events],
        next=None if page.following is None else cursor_of(page.following),
    )


@router.post("", response_model=TakenEvents, status_code=202, responses=WRITES, openapi_extra=BY_KEY)
async def send_event(site_id: str, sent: SentEvent, holder: CurrentHolder) -> TakenEvents:
    """Send an event from your own server. Needs the scope write.

    Say whose event it is. `visitor_id` is an id of your own: on a site that keeps an id in the browser, that
    id makes it the same visitor; on a cookieless site it is known again within the day alone. `ip_address`
    and `user_agent` are those of the visitor's browser: on a cookieless site they make it the same visitor,
    and on every site they tell the place and the device. Neither is stored.

    An answer means that the event is safe; it shows within seconds.
    """
    site = await site_of_key(holder, site_id, Scope.WRITE)
    arrived = Arrived(address=sent.ip_address or "", user_agent=sent.user_agent or "")
    try:
        taken = await open_intake().collect_from_server(
            _collected(site, sent), arrived, sent.visitor_id or ""
        )
    except NotReady as refusal:
        raise Unavailable(_(refusal.message)) from None
    except Refused as refusal:
        if refusal.status == 429:
            raise TooManyRequests(retry_after_s=refusal.retry_after or 1) from None
        raise EventRefused(refusal) from None
    except (RedisError, OSError) as error:
        log.warning("v1.event_not_taken", error=type(error).__name__)
        raise Unavailable(_(NotReady.message)) from None
    return TakenEvents(events_received=taken.received, events_dropped=taken.dropped)


_PLACE = re.compile(r"^events\[0\]\.(?:properties\.(?=url$))?")


def _field(place: str | None) -> str | None:
    """url of "events[0].properties.url"; collect takes many events, and this API one."""
    return None if place is None else _PLACE.sub("", place)


def _collected(site: Site, sent: SentEvent) -> CollectBody:
    page = {"url": sent.url or f"https://{site.domain}/", "referrer": sent.referrer, "title": sent.title}
    event = Event(
        name=sent.name,
        id=sent.id,
        timestamp=None if sent.timestamp is None else sent.timestamp.timestamp() * 1000,
        properties={**sent.properties, **page},
    )
    return CollectBody(events=[event], site_id=site.tracking_id)


def _body(site: Site, event: LoggedEvent) -> EventBody:
    return EventBody(
        id=f"{event.position.event_id:016x}",
        name=event.name,
        timestamp=event.at,
        visitor_id=opaque_id(site, "visitor", event.visitor_id),
        session_id=opaque_id(site, "session", event.session_id),
        hostname=event.hostname,
        path=event.path,
        query=event.query,
        title=event.title,
        referrer=event.referrer,
        source=event.source,
        medium=event.medium,
        campaign=event.campaign,
        term=event.term,
        content=event.content,
        channel=event.channel,
        country=event.country,
        region=event.region,
        city=event.city,
        language=event.language,
        timezone=event.timezone,
        browser=event.browser,
        os=event.os,
        device=event.device,
        scroll_depth=event.scroll_depth,
        engaged_seconds=round(event.engaged_ms / 1000, 3),
        properties=event.properties,
    )
