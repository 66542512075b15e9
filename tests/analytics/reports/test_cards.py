"""A glance at many sites: today, the change, and the last 24 hours."""

from datetime import UTC, datetime

import pytest

from analytics.reports.cards import SiteCard, site_cards
from tests.analytics.worlds import Step, World

pytestmark = pytest.mark.usefixtures("stack")

NOW = datetime(2026, 3, 3, 12, 30, tzinfo=UTC)


async def test_no_sites() -> None:
    assert await site_cards([], NOW) == {}


async def test_a_quiet_site() -> None:
    world = World()
    assert await site_cards([world.site], NOW) == {world.site.number: SiteCard(0, 0, 0.0, (0,) * 24)}


async def test_today_against_yesterday_up_to_the_same_time() -> None:
    world = World()
    world.visit("early", "2026-03-02 09:00")
    world.visit("both", "2026-03-02 12:20", Step(0), Step(20))
    world.visit("late", "2026-03-02 13:00")
    for who in ("both", "new", "newer"):
        world.visit(who, "2026-03-03 12:00", Step(0), Step(29))
    world.visit("to come", "2026-03-03 12:31")
    world.store()
    (card,) = (await site_cards([world.site], NOW)).values()
    assert (card.visitors_today, card.visitors_yesterday, card.change) == (3, 2, 0.5)
    assert len(card.spark) == 24
    # From yesterday's 13:00 on; the running hour is the last.
    assert card.spark == (1, *[0] * 22, 3)


async def test_every_site_has_its_own_midnight() -> None:
    worlds = [World("America/New_York"), World("Asia/Kolkata"), World("Asia/Kolkata"), World()]
    for world in worlds[:3]:
        world.visit("anna", datetime(2026, 3, 3, 4, 0, tzinfo=UTC))  # 23:00 in New York, 09:30 in Kolkata
        world.store()
    cards = await site_cards([world.site for world in worlds], NOW)
    assert [cards[world.site.number].visitors_today for world in worlds] == [0, 1, 1, 0]
    # New York's yesterday counts up to its 07:30 only.
    assert [cards[world.site.number].change for world in worlds] == [0.0, None, None, 0.0]
    assert [sum(cards[world.site.number].spark) for world in worlds] == [1, 1, 1, 0]
