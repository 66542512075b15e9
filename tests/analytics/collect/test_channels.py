"""The channel of a visit: every rule, which of two wins, the groups, and the table that users read."""

import re
from pathlib import Path

import pytest

from analytics.collect.channels import MEDIUMS, RULES, Arrival, Channel, channel_group, channel_of
from analytics.collect.sources import SOURCES, Kind
from tests.analytics.collect.arrivals import arrives

# (channel, tags in the page's address, referrer)
CASES = (
    (Channel.PAID_SHOPPING, "?utm_source=amazon&utm_medium=cpc", ""),
    (Channel.PAID_SHOPPING, "?utm_source=google&utm_medium=ppc&utm_campaign=Spring-Shop", ""),
    (Channel.PAID_SHOPPING, "?gclid=1&utm_campaign=shopping-all", ""),
    (Channel.PAID_SEARCH, "?utm_source=google&utm_medium=cpc", ""),
    (Channel.PAID_SEARCH, "?utm_source=adwords&utm_medium=PPC", ""),
    (Channel.PAID_SEARCH, "?utm_source=duckduckgo&utm_medium=paid-search", ""),
    (Channel.PAID_SEARCH, "?gclid=1", ""),
    (Channel.PAID_SEARCH, "?gbraid=1", "https://www.google.de/"),
    (Channel.PAID_SEARCH, "?msclkid=1", "https://www.bing.com/"),
    (Channel.PAID_SOCIAL, "?utm_source=fb&utm_medium=paid_social", ""),
    (Channel.PAID_SOCIAL, "?utm_medium=cpc", "https://l.instagram.com/"),
    (Channel.PAID_VIDEO, "?utm_source=youtube&utm_medium=cpv", ""),
    (Channel.DISPLAY, "?utm_source=portal&utm_medium=banner", ""),
    (Channel.DISPLAY, "?utm_source=portal&utm_medium=cpm", ""),
    (Channel.DISPLAY, "?utm_source=facebook&utm_medium=display", ""),
    (Channel.PAID_OTHER, "?utm_source=portal&utm_medium=cpa", ""),
    (Channel.PAID_OTHER, "?utm_medium=retargeting", ""),
    (Channel.ORGANIC_SHOPPING, "", "https://www.ebay.de/itm/1"),
    (Channel.ORGANIC_SHOPPING, "?utm_source=letter&utm_medium=email&utm_campaign=e-shop", ""),
    (Channel.ORGANIC_SOCIAL, "", "https://l.facebook.com/"),
    (Channel.ORGANIC_SOCIAL, "?fbclid=1", ""),
    (Channel.ORGANIC_SOCIAL, "?utm_source=our-post&utm_medium=Social", ""),
    (Channel.ORGANIC_VIDEO, "", "https://youtu.be/x"),
    (Channel.ORGANIC_VIDEO, "?utm_source=talks&utm_medium=video-page", ""),
    (Channel.AI_ASSISTANTS, "", "https://chatgpt.com/"),
    (Channel.AI_ASSISTANTS, "?utm_source=chatgpt.com", ""),
    (Channel.AI_ASSISTANTS, "", "https://www.perplexity.ai/search/x"),
    (Channel.ORGANIC_SEARCH, "", "https://www.google.com/"),
    (Channel.ORGANIC_SEARCH, "?utm_source=directory&utm_medium=organic", ""),
    (Channel.EMAIL, "?utm_source=may-letter&utm_medium=email", ""),
    (Channel.EMAIL, "?utm_source=newsletter", ""),
    (Channel.EMAIL, "", "https://mail.google.com/"),
    (Channel.EMAIL, "?mc_cid=1", ""),
    (Channel.AFFILIATES, "?utm_source=partner&utm_medium=affiliate", ""),
    (Channel.AUDIO, "?utm_source=our-show&utm_medium=podcast", ""),
    (Channel.SMS, "?utm_source=sms", ""),
    (Channel.SMS, "?utm_source=spring&utm_medium=sms", ""),
    (Channel.MOBILE_PUSH, "?utm_source=app&utm_medium=web-push", ""),
    (Channel.MOBILE_PUSH, "?utm_source=app&utm_medium=notification", ""),
    (Channel.MOBILE_PUSH, "?utm_source=firebase", ""),
    (Channel.REFERRAL, "", "https://blog.example.org/post"),
    (Channel.REFERRAL, "?ref=partner", ""),
    (Channel.DIRECT, "", ""),
    (Channel.DIRECT, "?utm_campaign=workshop", ""),
    (Channel.DIRECT, "", "https://www.shop.example/before"),
)


@pytest.mark.parametrize(("channel", "tags", "referrer"), CASES)
def test_a_visit_is_in_its_channel(channel: Channel, tags: str, referrer: str) -> None:
    assert arrives(tags, referrer).channel == channel


def test_every_rule_has_its_case() -> None:
    assert [channel for channel, _ in RULES] == list(Channel)
    assert {channel for channel, _, _ in CASES} == set(Channel)


@pytest.mark.parametrize(
    ("winner", "loser", "arrival"),
    [
        (Channel.PAID_SHOPPING, Channel.PAID_SEARCH, Arrival("google", Kind.SEARCH, "cpc", "shop")),
        (Channel.PAID_SHOPPING, Channel.ORGANIC_SHOPPING, Arrival("amazon", Kind.SHOPPING, "cpc")),
        (Channel.PAID_SEARCH, Channel.DISPLAY, Arrival("google", Kind.SEARCH, "cpm")),
        (Channel.PAID_SEARCH, Channel.ORGANIC_SEARCH, Arrival("bing", Kind.SEARCH, "organic", "", "msclkid")),
        (Channel.PAID_SOCIAL, Channel.DISPLAY, Arrival("facebook", Kind.SOCIAL, "cpm")),
        (Channel.PAID_SOCIAL, Channel.ORGANIC_SOCIAL, Arrival("facebook", Kind.SOCIAL, "paid")),
        (Channel.PAID_VIDEO, Channel.ORGANIC_VIDEO, Arrival("youtube", Kind.VIDEO, "cpc")),
        (Channel.DISPLAY, Channel.PAID_OTHER, Arrival("portal", Kind.OTHER, "cpm")),
        (Channel.DISPLAY, Channel.ORGANIC_SOCIAL, Arrival("facebook", Kind.SOCIAL, "banner")),
        (Channel.PAID_OTHER, Channel.EMAIL, Arrival("newsletter", Kind.OTHER, "cpc")),
        (Channel.ORGANIC_SHOPPING, Channel.EMAIL, Arrival("letter", Kind.OTHER, "email", "shopping")),
        (Channel.ORGANIC_SOCIAL, Channel.EMAIL, Arrival("facebook", Kind.SOCIAL, "email")),
        (Channel.ORGANIC_SOCIAL, Channel.ORGANIC_SEARCH, Arrival("google", Kind.SEARCH, "social")),
        (Channel.AI_ASSISTANTS, Channel.ORGANIC_SEARCH, Arrival("chatgpt", Kind.AI, "organic")),
        (Channel.EMAIL, Channel.REFERRAL, Arrival("gmail", Kind.MAIL, "email", referred=True)),
        (Channel.MOBILE_PUSH, Channel.DIRECT, Arrival("direct", Kind.OTHER, "push")),
    ],
)  # fmt: skip
def test_the_first_of_two_rules_wins(winner: Channel, loser: Channel, arrival: Arrival) -> None:
    assert [channel for channel, matches in RULES if matches(arrival)].index(loser) > 0
    assert channel_of(arrival) is winner


@pytest.mark.parametrize(
    ("campaign", "sells"),
    [
        ("shop", True),
        ("spring-shop", True),
        ("eshop", True),
        ("shopping", True),
        ("2026 shopfest", True),
        ("workshop", False),
        ("photoshop", False),
        ("", False),
    ],
)
def test_a_workshop_is_no_shop(campaign: str, sells: bool) -> None:
    assert (channel_of(Arrival("a", Kind.OTHER, campaign=campaign)) is Channel.ORGANIC_SHOPPING) is sells


def test_the_seven_groups() -> None:
    assert {channel: channel_group(channel) for channel in Channel if channel_group(channel) != "Other"} == {
        Channel.ORGANIC_SEARCH: "Organic Search",
        Channel.PAID_SEARCH: "Paid Search",
        Channel.PAID_SOCIAL: "Social",
        Channel.ORGANIC_SOCIAL: "Social",
        Channel.EMAIL: "Email",
        Channel.REFERRAL: "Referral",
        Channel.DIRECT: "Direct",
    }


DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "channels.md").read_text()


def table(head: str) -> list[list[str]]:
    """The cells of the table whose first column has this head."""
    lines = DOCUMENT[DOCUMENT.index(f"| {head} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_documented_rules_are_the_rules() -> None:
    rows = table("channel")
    assert [row[0] for row in rows] == [channel.value for channel, _ in RULES]
    for name, _, mediums, example, group in rows:
        channel = Channel(name)
        assert set(re.findall(r"`([^`]+)`", mediums)) == MEDIUMS.get(channel, frozenset())
        assert group == channel_group(channel)
        visit = example.strip("`")
        tagged = visit.startswith("?")
        assert arrives(visit if tagged else "", "" if tagged else visit).channel == channel


def test_a_documented_medium_is_enough_by_itself() -> None:
    for channel, mediums in MEDIUMS.items():
        for medium in mediums:
            assert channel_of(Arrival("somebody", Kind.OTHER, medium)) is channel


def test_the_documented_sources_are_the_sources() -> None:
    documented = [set(names.split(", ")) for _, names in table("kind")]
    assert documented == [set(names) for names in SOURCES.values()]
