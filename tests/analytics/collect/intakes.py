"""An intake of a test's own: its clock, its limits, its Redis."""

import json
import time
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis

from analytics.collect.intake import Arrived, Intake
from analytics.collect.limits import AddressWindow
from analytics.collect.outcomes import Outcomes
from analytics.collect.stream import StreamWriter
from analytics.collect.visitors import SaltShelf, installation_key
from analytics.settings import settings
from tenancy.sites import Site, collect_site
from tests.analytics.collect.browser import CHROME

HERE = Arrived(address="203.0.113.7", user_agent=CHROME)


def an_intake(
    redis: Redis,
    *,
    clock: Callable[[], float] = time.time,
    outcomes: Outcomes | None = None,
    window: AddressWindow | None = None,
    site_limit: int = 0,
) -> Intake:
    """As another process would open it: nothing is remembered from others."""
    return Intake(
        find_site=collect_site,
        writer=StreamWriter(redis, settings().ingest_partitions, site_limit=site_limit),
        salts=SaltShelf(redis),
        outcomes=outcomes or Outcomes(redis),
        window=window,
        id_key=installation_key("secret"),
        clock=clock,
    )


def a_body(site: Site, **fields: Any) -> bytes:
    """A page view of the site, and these fields."""
    event = {"name": "page_view", "properties": {"url": f"https://{site.domain}/"}}
    return json.dumps({"site_id": site.tracking_id, "events": [event], **fields}).encode()
