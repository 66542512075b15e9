"""Where a visit came from, by name: search engines, social networks, video, shops, assistants and mail."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import tldextract


class Kind(StrEnum):
    """What sort of place a source is."""

    SEARCH = "search"
    SOCIAL = "social"
    VIDEO = "video"
    SHOPPING = "shopping"
    AI = "ai"
    MAIL = "mail"
    OTHER = "other"


class Source(NamedTuple):
    """A source's stable name (lower case) and its kind."""

    name: str
    kind: Kind


@lru_cache(maxsize=8192)
def source_of_host(host: str) -> Source:
    """The source behind a referrer's host: its name from the table, else its registrable domain."""
    if known := _BY_HOST.get(host):
        return known
    parts = _EXTRACT(host)
    registrable = parts.top_domain_under_public_suffix or host
    # mail.google.com is mail, google.com is search: the longest name that the table knows wins.
    labels = host.split(".")
    for start in range(1, len(labels) - registrable.count(".")):
        if known := _BY_HOST.get(".".join(labels[start:])):
            return known
    if known := _BY_LABEL.get(parts.domain):
        return known
    return Source(_EXTRACT_PRIVATE(host).top_domain_under_public_suffix or registrable, Kind.OTHER)


@lru_cache(maxsize=8192)
def source_named(name: str) -> Source:
    """The source that a tag such as utm_source names: "fb", "Facebook" and "facebook.com" are one."""
    lowered = name.strip().lower()
    if known := _BY_ALIAS.get(lowered):
        return known
    if known := _BY_ALIAS.get("-".join(lowered.split())):
        return known
    if "." in lowered and " " not in lowered:
        host = lowered.removeprefix("www.")
        found = source_of_host(host)
        return found if found.kind is not Kind.OTHER else Source(host, Kind.OTHER)
    return Source(lowered, Kind.OTHER)


def source_of_app(package: str) -> Source:
    """The source behind an Android app: its name from the table, else its package."""
    return _BY_HOST.get(package) or Source(package, Kind.OTHER)


# The snapshot that the package carries: no request to the public suffix list, ever. Who is known is known by
# the domain that was registered; where anyone may have a name (alice.github.io), each name is a source.
_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_EXTRACT_PRIVATE = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)

# name: hosts (with a dot), labels before any public suffix (without), and, after "=", other names in tags.
SOURCES: dict[Kind, dict[str, str]] = {
    Kind.SEARCH: {
        "google": "google googleusercontent.com com.google.android.googlequicksearchbox =adwords =google-ads "
        "=googleads =google_ads",
        "bing": "bing.com cn.bing.com =bingads =microsoft =msn",
        "duckduckgo": "duckduckgo.com ddg.gg com.duckduckgo.mobile.android =ddg",
        "yahoo": "yahoo search.yahoo.com",
        "ecosia": "ecosia.org",
        "brave": "search.brave.com brave.com",
        "yandex": "yandex ya.ru",
        "baidu": "baidu.com",
        "startpage": "startpage.com",
        "qwant": "qwant.com",
        "kagi": "kagi.com",
        "naver": "naver.com",
        "daum": "daum.net",
        "seznam": "seznam.cz",
        "sogou": "sogou.com",
        "so.com": "so.com 360.cn",
        "ask": "ask.com",
        "aol": "aol.com",
        "swisscows": "swisscows.com",
        "mojeek": "mojeek.com",
        "metager": "metager.de metager.org",
        "coccoc": "coccoc.com",
        "lycos": "lycos.com",
        "dogpile": "dogpile.com",
        "searx": "searx.be searx.me",
        "presearch": "presearch.com",
        "rambler": "rambler.ru",
        "t-online": "suche.t-online.de",
        "gmx-search": "suche.gmx.net",
        "web.de-search": "suche.web.de",
        "marginalia": "search.marginalia.nu marginalia-search.com",
    },
    Kind.SOCIAL: {
        "facebook": "facebook.com fb.com fb.me l.facebook.com lm.facebook.com com.facebook.katana =fb "
        "=facebook-ads =facebookads =meta",
        "instagram": "instagram.com com.instagram.android =ig",
        "threads": "threads.net threads.com",
        "x": "x.com twitter.com t.co com.twitter.android =twitter",
        "linkedin": "linkedin.com lnkd.in com.linkedin.android =li",
        "reddit": "reddit.com redd.it com.reddit.frontpage",
        "pinterest": "pinterest pin.it",
        "hacker news": "news.ycombinator.com hckrnews.com =hn =hackernews =hacker-news",
        "product hunt": "producthunt.com =producthunt =product-hunt",
        "mastodon": "mastodon.social mastodon.online mstdn.social fosstodon.org hachyderm.io",
        "bluesky": "bsky.app go.bsky.app =bsky",
        "tiktok": "tiktok.com",
        "snapchat": "snapchat.com",
        "telegram": "t.me telegram.org telegram.me web.telegram.org org.telegram.messenger",
        "whatsapp": "whatsapp.com wa.me web.whatsapp.com com.whatsapp",
        "discord": "discord.com discord.gg discordapp.com",
        "slack": "slack.com app.slack.com com.slack",
        "microsoft teams": "teams.microsoft.com =teams",
        "quora": "quora.com",
        "tumblr": "tumblr.com",
        "medium": "medium.com",
        "substack": "substack.com",
        "vk": "vk.com vk.ru",
        "ok": "ok.ru",
        "weibo": "weibo.com weibo.cn",
        "wechat": "weixin.qq.com wechat.com",
        "line": "line.me",
        "kakao": "kakao.com",
        "xing": "xing.com",
        "nextdoor": "nextdoor.com",
        "lobsters": "lobste.rs",
        "indie hackers": "indiehackers.com =indiehackers",
        "stack overflow": "stackoverflow.com =stackoverflow",
        "dev.to": "dev.to",
        "lemmy": "lemmy.world lemmy.ml",
        "flipboard": "flipboard.com",
        "goodreads": "goodreads.com",
        "meetup": "meetup.com",
        "ravelry": "ravelry.com",
    },
    Kind.VIDEO: {
        "youtube": "youtube.com youtu.be youtube-nocookie.com com.google.android.youtube =yt",
        "vimeo": "vimeo.com",
        "twitch": "twitch.tv",
        "dailymotion": "dailymotion.com",
        "bilibili": "bilibili.com",
        "rumble": "rumble.com",
        "odysee": "odysee.com",
        "niconico": "nicovideo.jp",
        "rutube": "rutube.ru",
        "netflix": "netflix.com",
        "ted": "ted.com",
        "wistia": "wistia.com",
    },
    Kind.SHOPPING: {
        "amazon": "amazon",
        "ebay": "ebay",
        "etsy": "etsy.com",
        "google shopping": "shopping.google.com =google-shopping =googleshopping",
        "aliexpress": "aliexpress",
        "alibaba": "alibaba.com",
        "walmart": "walmart.com",
        "shopify": "shopify.com shop.app",
        "idealo": "idealo",
        "zalando": "zalando",
        "mercado libre": "mercadolibre mercadolivre",
        "rakuten": "rakuten",
        "shopee": "shopee",
        "lazada": "lazada",
        "temu": "temu.com",
        "allegro": "allegro.pl",
        "bol": "bol.com",
        "cdiscount": "cdiscount.com",
        "flipkart": "flipkart.com",
        "kelkoo": "kelkoo",
        "pricerunner": "pricerunner",
        "geizhals": "geizhals.de geizhals.at geizhals.eu",
        "trustpilot": "trustpilot.com",
    },
    Kind.AI: {
        "chatgpt": "chatgpt.com chat.openai.com openai.com com.openai.chatgpt =openai",
        "perplexity": "perplexity.ai",
        "claude": "claude.ai anthropic.com",
        "gemini": "gemini.google.com bard.google.com",
        "copilot": "copilot.microsoft.com =microsoft-copilot",
        "deepseek": "deepseek.com chat.deepseek.com",
        "mistral": "chat.mistral.ai mistral.ai",
        "grok": "grok.com x.ai",
        "meta ai": "meta.ai",
        "poe": "poe.com",
        "you.com": "you.com",
        "phind": "phind.com",
        "kimi": "kimi.com kimi.moonshot.cn",
        "doubao": "doubao.com",
        "qwen": "chat.qwen.ai qwen.ai",
        "duck.ai": "duck.ai",
        "notebooklm": "notebooklm.google.com",
        "felo": "felo.ai",
        "consensus": "consensus.app",
    },
    Kind.MAIL: {
        "gmail": "mail.google.com com.google.android.gm",
        "outlook": "outlook.live.com outlook.office.com outlook.office365.com outlook.com "
        "com.microsoft.office.outlook",
        "yahoo mail": "mail.yahoo.com mail.yahoo.co.jp",
        "proton mail": "mail.proton.me proton.me protonmail.com",
        "icloud mail": "icloud.com",
        "gmx": "gmx.net gmx.de gmx.at gmx.ch gmx.com",
        "web.de": "web.de",
        "fastmail": "fastmail.com",
        "zoho mail": "mail.zoho.com mail.zoho.eu",
        "mail.ru": "e.mail.ru mail.ru",
        "aol mail": "mail.aol.com",
        "hey": "hey.com app.hey.com",
        "qq mail": "mail.qq.com",
        "mailchimp": "mailchimp.com list-manage.com mailchi.mp",
        "brevo": "brevo.com sendinblue.com",
        "kit": "convertkit.com kit.com",
        "beehiiv": "beehiiv.com",
        "klaviyo": "klaviyo.com =klaviyo",
    },
    Kind.OTHER: {  # of houses that are known for something else
        "google accounts": "accounts.google.com",
        "google classroom": "classroom.google.com",
        "google docs": "docs.google.com drive.google.com",
        "google groups": "groups.google.com",
        "google sites": "sites.google.com",
    },
}


def _index() -> tuple[dict[str, Source], dict[str, Source], dict[str, Source]]:
    hosts: dict[str, Source] = {}
    labels: dict[str, Source] = {}
    aliases: dict[str, Source] = {}
    for kind, sources in SOURCES.items():
        for name, places in sources.items():
            source = Source(name, kind)
            aliases[name] = source
            for place in places.split():
                if place.startswith("="):
                    aliases[place[1:]] = source
                elif "." in place:
                    hosts[place] = source
                else:
                    labels[place] = source
    return hosts, labels, aliases


_BY_HOST, _BY_LABEL, _BY_ALIAS = _index()
