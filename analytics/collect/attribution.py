"""Who sent a visit: referrer, source, medium, campaign and channel of one event."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from analytics.collect.channels import GOOGLE_CLICK_IDS, Arrival, Channel, channel_of
from analytics.collect.hosts import host_matches
from analytics.collect.pages import CLICK_IDS
from analytics.collect.sources import Kind, Source, source_named, source_of_app, source_of_host
from tracker.contract import MAX_URL_BYTES


class Attribution(NamedTuple):
    """The columns that say how a session came here."""

    referrer: str
    referrer_domain: str
    source: str
    medium: str
    campaign: str
    term: str
    content: str
    channel: str


def attribute(
    tags: Mapping[str, str] | tuple[tuple[str, str], ...], referrer: str, own_hosts: tuple[str, ...]
) -> Attribution:
    """The attribution of a page's campaign tags and referrer, where the site's own hosts are no referrer."""
    if not tags and not referrer:
        return DIRECT
    return _attribute(tuple(sorted(dict(tags).items())), referrer, own_hosts)


DIRECT = Attribution("", "", "direct", "none", "", "", "", Channel.DIRECT.value)

_CLICK_SOURCES: dict[str, str] = {
    **dict.fromkeys(GOOGLE_CLICK_IDS, "google"),
    "msclkid": "bing",
    "fbclid": "facebook",
    "ttclid": "tiktok",
    "twclid": "x",
    "li_fat_id": "linkedin",
    "igshid": "instagram",
    "igsh": "instagram",
    "yclid": "yandex",
    "epik": "pinterest",
    "rdt_cid": "reddit",
    "scclid": "snapchat",
    "srsltid": "google",
    "mc_cid": "mailchimp",
    "mc_eid": "mailchimp",
}

_MEDIUM_OF_KIND = {
    Kind.SEARCH: "organic",
    Kind.SOCIAL: "social",
    Kind.VIDEO: "video",
    Kind.SHOPPING: "referral",
    Kind.AI: "ai",
    Kind.MAIL: "email",
    Kind.OTHER: "referral",
}

_APP = "android-app://"


@lru_cache(maxsize=8192)
def _attribute(tags: tuple[tuple[str, str], ...], referrer: str, own_hosts: tuple[str, ...]) -> Attribution:
    tag = dict(tags)
    referrer, host = _read_referrer(referrer, own_hosts)
    click_id = next((name for name in CLICK_IDS if name in tag), "")
    source = _source(tag, referrer, host, click_id)
    if source is None:
        return DIRECT
    medium = _cut(tag.get("utm_medium", "")).lower() or _medium(source, click_id)
    campaign = _cut(tag.get("utm_campaign", ""))
    channel = channel_of(
        Arrival(
            source.name, source.kind, medium, campaign.lower(), click_id, referred=source.name != "direct"
        )
    )
    return Attribution(
        referrer,
        host.removeprefix("www."),
        source.name,
        medium,
        campaign,
        _cut(tag.get("utm_term", "")),
        _cut(tag.get("utm_content", "")),
        channel.value,
    )


def _source(tag: Mapping[str, str], referrer: str, host: str, click_id: str) -> Source | None:
    for name in ("utm_source", "source", "ref"):
        if value := _cut(tag.get(name, "")):
            return source_named(value)
    if host:
        if referrer.startswith(_APP):
            return source_of_app(host)
        return source_of_host(host.removeprefix("www."))
    if click_id:
        return source_named(_CLICK_SOURCES[click_id])
    if any(tag.get(name) for name in ("utm_medium", "utm_campaign", "utm_term", "utm_content")):
        return Source("direct", Kind.OTHER)
    return None


def _medium(source: Source, click_id: str) -> str:
    """The medium of a visit whose tags name none."""
    if source.name == "direct":
        return "none"
    paid = channel_of(Arrival(source.name, source.kind, click_id=click_id)) is Channel.PAID_SEARCH
    return "cpc" if paid else _MEDIUM_OF_KIND[source.kind]


def _read_referrer(referrer: str, own_hosts: tuple[str, ...]) -> tuple[str, str]:
    """The referrer without query and fragment, and its host; both empty for the site's own pages."""
    try:
        parts = urlsplit(referrer.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "", ""
    if parts.scheme not in {"http", "https", "android-app"} or not host or len(host) > 255:
        return "", ""
    if any(host_matches(host, own) for own in own_hosts):
        return "", ""
    # A foreign site's query string is nobody's dimension and may hold somebody's secrets.
    return f"{parts.scheme}://{host}{parts.path}"[:MAX_URL_BYTES], host


def _cut(text: str) -> str:
    return text.strip()[:255]
