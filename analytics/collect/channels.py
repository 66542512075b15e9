"""The channel of a visit: one table of ordered rules, the first that matches wins (docs/channels.md)."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from analytics.collect.sources import Kind


class Channel(StrEnum):
    """What people see in the channel column."""

    PAID_SHOPPING = "Paid Shopping"
    PAID_SEARCH = "Paid Search"
    PAID_SOCIAL = "Paid Social"
    PAID_VIDEO = "Paid Video"
    DISPLAY = "Display"
    PAID_OTHER = "Paid Other"
    ORGANIC_SHOPPING = "Organic Shopping"
    ORGANIC_SOCIAL = "Organic Social"
    ORGANIC_VIDEO = "Organic Video"
    AI_ASSISTANTS = "AI Assistants"
    ORGANIC_SEARCH = "Organic Search"
    EMAIL = "Email"
    AFFILIATES = "Affiliates"
    AUDIO = "Audio"
    SMS = "SMS"
    MOBILE_PUSH = "Mobile Push"
    REFERRAL = "Referral"
    DIRECT = "Direct"


class Arrival(NamedTuple):
    """What the rules look at: all lower case, empty where unknown."""

    source: str
    kind: Kind
    medium: str = ""
    campaign: str = ""
    click_id: str = ""
    """The name of the ad click parameter in the address: gclid, msclkid, ..."""
    referred: bool = False
    """Another site linked here, or a tag says where the visit came from."""


def channel_of(arrival: Arrival) -> Channel:
    """The channel of the first rule that matches."""
    return next(channel for channel, matches in RULES if matches(arrival))


def _paid(arrival: Arrival) -> bool:
    return _PAID_MEDIUM.match(arrival.medium) is not None


def _shopping(arrival: Arrival) -> bool:
    return arrival.kind is Kind.SHOPPING or _SHOP_CAMPAIGN.search(arrival.campaign) is not None


def _ad_click(arrival: Arrival) -> bool:
    return (arrival.click_id in GOOGLE_CLICK_IDS and arrival.source == "google") or (
        arrival.click_id == "msclkid" and arrival.source == "bing"
    )


GOOGLE_CLICK_IDS = frozenset({"gclid", "gbraid", "wbraid", "dclid"})

_PAID_MEDIUM = re.compile(r"^(.*cp.*|ppc|retargeting|paid.*)$")
_SHOP_CAMPAIGN = re.compile(r"(^|[^a-df-z])shop|shopping")

MEDIUMS: dict[Channel, frozenset[str]] = {
    Channel.DISPLAY: frozenset({"display", "banner", "expandable", "interstitial", "cpm"}),
    Channel.ORGANIC_SOCIAL: frozenset(
        {"social", "social-network", "social-media", "sm", "social network", "social media"}
    ),
    Channel.AI_ASSISTANTS: frozenset({"ai", "ai-assistant", "llm"}),
    Channel.ORGANIC_SEARCH: frozenset({"organic"}),
    Channel.EMAIL: frozenset({"email", "e-mail", "e_mail", "e mail", "newsletter"}),
    Channel.AFFILIATES: frozenset({"affiliate", "affiliates"}),
    Channel.AUDIO: frozenset({"audio", "podcast"}),
    Channel.SMS: frozenset({"sms"}),
    Channel.MOBILE_PUSH: frozenset({"mobile", "notification"}),
}
"""The utm_medium that is enough to say which channel it is, where no rule before it matches."""


def _tagged(arrival: Arrival, channel: Channel) -> bool:
    return arrival.medium in MEDIUMS[channel]


RULES: tuple[tuple[Channel, Callable[[Arrival], bool]], ...] = (
    (Channel.PAID_SHOPPING, lambda a: _paid(a) and _shopping(a)),
    (Channel.PAID_SEARCH, lambda a: (_paid(a) and a.kind is Kind.SEARCH) or _ad_click(a)),
    (Channel.PAID_SOCIAL, lambda a: _paid(a) and a.kind is Kind.SOCIAL),
    (Channel.PAID_VIDEO, lambda a: _paid(a) and a.kind is Kind.VIDEO),
    (Channel.DISPLAY, lambda a: _tagged(a, Channel.DISPLAY)),
    (Channel.PAID_OTHER, _paid),
    (Channel.ORGANIC_SHOPPING, _shopping),
    (Channel.ORGANIC_SOCIAL, lambda a: a.kind is Kind.SOCIAL or _tagged(a, Channel.ORGANIC_SOCIAL)),
    (Channel.ORGANIC_VIDEO, lambda a: a.kind is Kind.VIDEO or "video" in a.medium),
    (Channel.AI_ASSISTANTS, lambda a: a.kind is Kind.AI or _tagged(a, Channel.AI_ASSISTANTS)),
    (Channel.ORGANIC_SEARCH, lambda a: a.kind is Kind.SEARCH or _tagged(a, Channel.ORGANIC_SEARCH)),
    (
        Channel.EMAIL,
        lambda a: a.kind is Kind.MAIL or a.source in MEDIUMS[Channel.EMAIL] or _tagged(a, Channel.EMAIL),
    ),
    (Channel.AFFILIATES, lambda a: _tagged(a, Channel.AFFILIATES)),
    (Channel.AUDIO, lambda a: _tagged(a, Channel.AUDIO)),
    (Channel.SMS, lambda a: a.source == "sms" or _tagged(a, Channel.SMS)),
    (
        Channel.MOBILE_PUSH,
        lambda a: a.medium.endswith("push") or _tagged(a, Channel.MOBILE_PUSH) or a.source == "firebase",
    ),
    (Channel.REFERRAL, lambda a: a.referred),
    (Channel.DIRECT, lambda a: True),
)

_PRD_GROUPS = {
    Channel.ORGANIC_SEARCH: "Organic Search",
    Channel.PAID_SEARCH: "Paid Search",
    Channel.PAID_SOCIAL: "Social",
    Channel.ORGANIC_SOCIAL: "Social",
    Channel.EMAIL: "Email",
    Channel.REFERRAL: "Referral",
    Channel.DIRECT: "Direct",
}


def channel_group(channel: Channel) -> str:
    """The coarser view of the same table: seven groups."""
    return _PRD_GROUPS.get(channel, "Other")
