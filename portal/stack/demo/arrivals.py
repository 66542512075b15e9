"""Where sample visitors come from: links and campaigns, read by the same code that reads real ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from analytics.collect.attribution import Attribution, attribute
from analytics.collect.channels import Channel
from analytics.collect.pages import read_page
from portal.stack.demo.shapes import Kind, SampleSite


class Arrival(NamedTuple):
    """One way to come to a site, and how often it is taken."""

    attribution: Attribution
    weight: float
    interest: float
    """Above 1 for those who stay and buy more than others, below for passers-by."""

    @property
    def knows_site(self) -> bool:
        """Whether these visitors have been told of the site before: they begin at its front door."""
        return self.attribution.channel in {Channel.DIRECT, Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class Wave:
    """Visitors beyond the everyday ones: a launch, a sale, a link that went round."""

    first_day: date
    days: int
    share: float
    """Of all new visitors of the year."""
    fade: float
    """0 for a campaign that runs; else how fast the rush is over: 0.7 halves it every day."""
    arrivals: tuple[Arrival, ...]
    landing: str
    """The path that most of them begin at."""


def everyday(site: SampleSite) -> tuple[Arrival, ...]:
    """Where a site's visitors come from day by day."""
    return _read(_EVERYDAY[site.kind] + _LOCAL_NAMES.get(site.market.home, ""), site)


def returning(site: SampleSite) -> tuple[Arrival, ...]:
    """How those who know a site come back to it."""
    return _read(_RETURNING, site)


def waves(site: SampleSite, first_day: date, last_day: date) -> list[Wave]:
    """What happens to a site from its first day on; what comes every year comes again after the last, too."""
    found = []
    for wave in _WAVES[site.kind]:
        for day in wave.days_of(first_day, last_day):
            arrivals = _read(wave.arrivals.format(campaign=wave.campaign, year=day.year), site)
            found.append(Wave(day, wave.days, wave.share, wave.fade, arrivals, wave.landing))
    return found


class _Plan(NamedTuple):
    """A wave before it has a date: on fixed days of the calendar, or so many days before the year's end."""

    campaign: str
    when: tuple[tuple[int, int], ...] | int
    days: int
    share: float
    fade: float
    landing: str
    arrivals: str

    def days_of(self, first_day: date, last_day: date) -> list[date]:
        if isinstance(self.when, int):
            # A Tuesday: nobody launches at the weekend.
            day = last_day - timedelta(days=self.when)
            return [day - timedelta(days=(day.weekday() - 1) % 7)]
        years = range(first_day.year, last_day.year + 2)
        days = [date(year, *on) for year in years for on in self.when]
        return [day for day in sorted(days) if day >= first_day]


def _read(table: str, site: SampleSite) -> tuple[Arrival, ...]:
    """Lines of "weight referrer ?tags"; "-" is no referrer, and the tags may be missing."""
    found = []
    for line in filter(None, table.splitlines()):
        weight, referrer, *tags = line.split()
        page = read_page(f"https://{site.domain}/{''.join(tags)}")
        assert page is not None
        attribution = attribute(page.tags, "" if referrer == "-" else referrer, (site.domain,))
        found.append(Arrival(attribution, float(weight), _INTEREST.get(Channel(attribution.channel), 1.0)))
    return tuple(found)


_INTEREST = {
    Channel.EMAIL: 1.5,
    Channel.DIRECT: 1.25,
    Channel.PAID_SEARCH: 1.2,
    Channel.PAID_SHOPPING: 1.3,
    Channel.AI_ASSISTANTS: 1.2,
    Channel.AFFILIATES: 1.1,
    Channel.ORGANIC_SOCIAL: 0.7,
    Channel.PAID_SOCIAL: 0.65,
    Channel.ORGANIC_VIDEO: 0.8,
    Channel.DISPLAY: 0.4,
}

_EVERYDAY = {
    Kind.SHOP: """
300 https://www.google.com/
215 -
 70 https://www.google.com/ ?utm_source=google&utm_medium=cpc&utm_campaign=brand-search&utm_term=brand&gclid=1
 34 https://www.google.com/ ?utm_source=google&utm_medium=cpc&utm_campaign=shopping-feed&gclid=1
 62 https://l.instagram.com/
 40 - ?utm_source=instagram&utm_medium=paid_social&utm_campaign=prospecting&utm_content=reel
 22 - ?utm_source=facebook&utm_medium=paid_social&utm_campaign=retargeting&utm_content=carousel
 26 https://l.facebook.com/
 34 https://www.pinterest.com/
 58 - ?utm_source=newsletter&utm_medium=email&utm_campaign=weekly
 24 https://www.bing.com/
 17 https://duckduckgo.com/
 21 https://chatgpt.com/
  7 https://www.perplexity.ai/
  9 https://gemini.google.com/
 16 https://www.youtube.com/
 11 https://www.tiktok.com/
 12 https://www.reddit.com/
  9 https://www.trustpilot.com/review/shop
 11 - ?utm_source=partner-guide&utm_medium=affiliate&utm_campaign=gift-guide
  8 https://giftguide.example/best-of
  6 https://search.yahoo.com/
  5 https://www.ecosia.org/
""",
    Kind.SOFTWARE: """
270 https://www.google.com/
255 -
 44 https://www.google.com/ ?utm_source=google&utm_medium=cpc&utm_campaign=brand-search&utm_term=brand&gclid=1
 38 https://www.google.com/ ?utm_source=google&utm_medium=cpc&utm_campaign=generic&utm_term=boards&gclid=1
 14 https://www.bing.com/ ?utm_source=bing&utm_medium=cpc&utm_campaign=generic&msclkid=1
 48 https://www.linkedin.com/
 34 - ?utm_source=linkedin&utm_medium=paid_social&utm_campaign=team-leads&utm_content=video
 52 https://github.com/
 30 https://news.ycombinator.com/
 26 https://www.reddit.com/r/projectmanagement/
 18 https://t.co/
 12 https://bsky.app/
 48 https://chatgpt.com/
 16 https://www.perplexity.ai/
 15 https://claude.ai/
  9 https://copilot.microsoft.com/
 30 https://www.bing.com/
 26 https://duckduckgo.com/
 24 https://www.g2.com/products/lumen/reviews
 17 https://www.capterra.com/p/lumen
 40 - ?utm_source=newsletter&utm_medium=email&utm_campaign=product-news
 13 https://www.youtube.com/
  9 - ?utm_source=build-weekly&utm_medium=podcast&utm_campaign=sponsorship
 11 - ?utm_source=toolfinder&utm_medium=affiliate&utm_campaign=listing
  6 https://kagi.com/
""",
    Kind.DOCS: """
430 https://www.google.com/
270 -
 96 https://github.com/
 74 https://chatgpt.com/
 28 https://claude.ai/
 24 https://www.perplexity.ai/
 40 https://stackoverflow.com/questions
 34 https://duckduckgo.com/
 30 https://www.bing.com/
 22 https://app.slack.com/
 14 https://www.reddit.com/
 12 https://kagi.com/
 10 https://teams.microsoft.com/
  9 - ?utm_source=onboarding&utm_medium=email&utm_campaign=first-week
""",
    Kind.MAGAZINE: """
370 https://www.google.com/
160 -
105 - ?utm_source=newsletter&utm_medium=email&utm_campaign=sunday-read
 52 https://www.facebook.com/
 44 https://l.instagram.com/
 40 https://www.pinterest.com/
 38 https://www.reddit.com/
 26 https://t.co/
 22 https://bsky.app/
 13 https://mastodon.social/
 24 https://www.linkedin.com/
 30 https://www.bing.com/
 26 https://duckduckgo.com/
 30 https://chatgpt.com/
 11 https://www.perplexity.ai/
 15 https://www.youtube.com/
 14 https://flipboard.com/
 12 https://feedly.com/
  9 https://slowreads.example/links
  6 https://www.ecosia.org/
""",
    Kind.LOCAL: """
330 https://www.google.com/
250 -
120 https://www.google.com/ ?utm_source=google&utm_medium=organic&utm_campaign=business-profile
 78 https://www.google.com/ ?utm_source=google&utm_medium=cpc&utm_campaign=near-me&utm_term=near+me&gclid=1
 46 https://www.facebook.com/
 40 https://l.instagram.com/
 40 https://www.bing.com/
 14 https://duckduckgo.com/
 18 https://www.yelp.com/biz
 14 https://citydirectory.example/listing
 18 https://chatgpt.com/
 12 - ?utm_source=reminder&utm_medium=sms&utm_campaign=appointment
  9 - ?utm_source=flyer&utm_medium=qr&utm_campaign=neighbourhood
""",
}

# The same engines under the names that people of a market use.
_LOCAL_NAMES = {
    "german": """
190 https://www.google.de/
 26 https://www.ecosia.org/
 14 https://web.de/
 12 https://suche.t-online.de/
""",
    "nordic": """
180 https://www.google.dk/
 18 https://www.google.se/
""",
    "uk": """
170 https://www.google.co.uk/
""",
    "pacific": """
150 https://www.google.co.nz/
""",
}

_RETURNING = """
560 -
170 - ?utm_source=newsletter&utm_medium=email&utm_campaign=weekly
170 https://www.google.com/
 40 https://mail.google.com/
 20 https://www.bing.com/
 15 https://outlook.live.com/
 12 https://duckduckgo.com/
"""

_NEWS = """
52 https://news.ycombinator.com/item
20 https://www.producthunt.com/posts/lumen
12 https://t.co/
 9 https://www.reddit.com/r/programming/
 6 https://lobste.rs/
 5 https://bsky.app/
 8 https://tldr.example/issue
30 -
 9 https://www.google.com/
"""
_SALE = """
34 - ?utm_source=newsletter&utm_medium=email&utm_campaign={campaign}-{year}&utm_content=hero
22 - ?utm_source=facebook&utm_medium=paid_social&utm_campaign={campaign}-{year}&utm_content=carousel
24 - ?utm_source=instagram&utm_medium=paid_social&utm_campaign={campaign}-{year}&utm_content=story
20 https://www.google.com/ ?utm_source=google&utm_medium=cpc&utm_campaign={campaign}-{year}&gclid=1
 9 - ?utm_source=criteo&utm_medium=display&utm_campaign={campaign}-{year}&utm_content=banner
16 -
"""
_MAILING = """
80 - ?utm_source=newsletter&utm_medium=email&utm_campaign={campaign}&utm_content=button
14 - ?utm_source=newsletter&utm_medium=email&utm_campaign={campaign}&utm_content=footer
 8 https://mail.google.com/
"""
_VIRAL = """
48 https://www.reddit.com/
22 https://news.ycombinator.com/item
14 https://t.co/
12 https://www.facebook.com/
10 https://mastodon.social/
12 https://bsky.app/
20 -
"""

_WAVES: dict[Kind, tuple[_Plan, ...]] = {
    Kind.SHOP: (
        _Plan("black-friday", ((11, 20),), 12, 0.055, 0, "/products", _SALE),
        _Plan("spring-sale", ((4, 14),), 16, 0.03, 0, "/products", _SALE),
        _Plan("gift-guide", ((12, 2),), 19, 0.04, 0, "/products", _SALE),
        _Plan("new-arrivals", ((2, 3), (6, 9), (9, 8), (11, 10)), 6, 0.008, 0.6, "/products", _MAILING),
        _Plan("as-seen-in", 215, 9, 0.02, 0.45, "/", _VIRAL),
    ),
    Kind.SOFTWARE: (
        _Plan("launch-2", 168, 14, 0.085, 0.55, "/", _NEWS),
        _Plan("show-hn", 15, 8, 0.022, 0.7, "/changelog", _NEWS),
        _Plan("team-plan", 96, 35, 0.04, 0, "/pricing", _SALE),
        _Plan("product-update", ((1, 13), (3, 10), (5, 12), (7, 14), (9, 15), (11, 17)), 5, 0.006, 0.8,
              "/changelog", _MAILING),
    ),
    Kind.DOCS: (_Plan("launch-2", 168, 18, 0.04, 0.3, "/", _NEWS),),
    Kind.MAGAZINE: (
        _Plan("viral", 240, 9, 0.06, 0.6, "", _VIRAL),
        _Plan("viral", 18, 7, 0.03, 0.65, "", _VIRAL),
        _Plan("monthly-letter", tuple((month, 5) for month in range(1, 13)), 4, 0.007, 0.8, "", _MAILING),
    ),
    Kind.LOCAL: (
        _Plan("neighbourhood", ((3, 2), (9, 1)), 28, 0.035, 0, "/", _SALE),
        _Plan("reminder", 24, 12, 0.012, 0.2, "", _MAILING),
    ),
}  # fmt: skip
