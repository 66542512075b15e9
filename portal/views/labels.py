"""What a dimension and its values are called, and the flag or icon before them."""

from functools import lru_cache
from types import MappingProxyType

from markupsafe import Markup

from analytics.collect.channels import Channel
from analytics.reports.filters import Dimension
from portal.assets import asset_url
from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

_NAMES = {
    Dimension.SOURCE: gettext_noop("Source"),
    Dimension.MEDIUM: gettext_noop("Medium"),
    Dimension.CAMPAIGN: gettext_noop("Campaign"),
    Dimension.TERM: gettext_noop("Term"),
    Dimension.CONTENT: gettext_noop("Content"),
    Dimension.CHANNEL: gettext_noop("Channel"),
    Dimension.REFERRER: gettext_noop("Referrer"),
    Dimension.REFERRER_DOMAIN: gettext_noop("Referring site"),
    Dimension.COUNTRY: gettext_noop("Country"),
    Dimension.REGION: gettext_noop("Region"),
    Dimension.CITY: gettext_noop("City"),
    Dimension.LANGUAGE: gettext_noop("Language"),
    Dimension.TIMEZONE: gettext_noop("Time zone"),
    Dimension.BROWSER: gettext_noop("Browser"),
    Dimension.BROWSER_VERSION: gettext_noop("Browser version"),
    Dimension.OS: gettext_noop("Operating system"),
    Dimension.OS_VERSION: gettext_noop("System version"),
    Dimension.DEVICE: gettext_noop("Device"),
    Dimension.SCREEN_SIZE: gettext_noop("Screen size"),
    Dimension.VIEWPORT_SIZE: gettext_noop("Window size"),
    Dimension.PAGE: gettext_noop("Page"),
    Dimension.ENTRY_PAGE: gettext_noop("Entry page"),
    Dimension.EXIT_PAGE: gettext_noop("Exit page"),
    Dimension.HOSTNAME: gettext_noop("Hostname"),
    Dimension.EVENT: gettext_noop("Event"),
}
_WITHOUT_VALUE = {
    Dimension.SOURCE: gettext_noop("Direct"),
    Dimension.REFERRER: gettext_noop("Direct"),
    Dimension.REFERRER_DOMAIN: gettext_noop("Direct"),
    Dimension.MEDIUM: gettext_noop("No medium"),
    Dimension.CAMPAIGN: gettext_noop("No campaign"),
    Dimension.TERM: gettext_noop("No term"),
    Dimension.CONTENT: gettext_noop("No content"),
}
_UNKNOWN = gettext_noop("Unknown")
# What collect calls a visit that came from nowhere.
_WORDS = {
    (Dimension.SOURCE, "direct"): gettext_noop("Direct"),
    (Dimension.MEDIUM, "none"): gettext_noop("None"),
}
_CHANNELS: dict[str, str] = {
    Channel.PAID_SHOPPING: gettext_noop("Paid Shopping"),
    Channel.PAID_SEARCH: gettext_noop("Paid Search"),
    Channel.PAID_SOCIAL: gettext_noop("Paid Social"),
    Channel.PAID_VIDEO: gettext_noop("Paid Video"),
    Channel.DISPLAY: gettext_noop("Display"),
    Channel.PAID_OTHER: gettext_noop("Paid Other"),
    Channel.ORGANIC_SHOPPING: gettext_noop("Organic Shopping"),
    Channel.ORGANIC_SOCIAL: gettext_noop("Organic Social"),
    Channel.ORGANIC_VIDEO: gettext_noop("Organic Video"),
    Channel.AI_ASSISTANTS: gettext_noop("AI Assistants"),
    Channel.ORGANIC_SEARCH: gettext_noop("Organic Search"),
    Channel.EMAIL: gettext_noop("Email"),
    Channel.AFFILIATES: gettext_noop("Affiliates"),
    Channel.AUDIO: gettext_noop("Audio"),
    Channel.SMS: gettext_noop("SMS"),
    Channel.MOBILE_PUSH: gettext_noop("Mobile Push"),
    Channel.REFERRAL: gettext_noop("Referral"),
    Channel.DIRECT: gettext_noop("Direct"),
}
_DEVICES = {
    "desktop": gettext_noop("Desktop"),
    "mobile": gettext_noop("Mobile"),
    "tablet": gettext_noop("Tablet"),
    "tv": gettext_noop("TV"),
    "console": gettext_noop("Game console"),
    "wearable": gettext_noop("Smartwatch"),
    "car": gettext_noop("Car"),
}
_ICONS = MappingProxyType(
    {
        Dimension.DEVICE: {
            "desktop": "monitor",
            "mobile": "smartphone",
            "tablet": "tablet",
            "tv": "tv",
            "console": "gamepad-2",
            "wearable": "watch",
            "car": "car",
        },
        Dimension.BROWSER: {
            "chrome": "logo-chrome",
            "chrome webview": "logo-chrome",
            "chromium": "logo-chrome",
            "firefox": "logo-firefox",
            "opera": "logo-opera",
            "vivaldi": "logo-vivaldi",
            "safari": "compass",
            "safari webview": "compass",
        },
        Dimension.OS: {
            "windows": "grid-2x2",
            "macos": "logo-apple",
            "ios": "logo-apple",
            "ipados": "logo-apple",
            "tvos": "logo-apple",
            "android": "logo-android",
            "chromeos": "logo-chrome",
            "linux": "terminal",
        },
    }
)
_OTHER_ICON = {Dimension.DEVICE: "circle-help", Dimension.BROWSER: "globe", Dimension.OS: "app-window"}
_PLACES = frozenset({Dimension.COUNTRY, Dimension.REGION, Dimension.CITY})


def dimension_name(dimension: Dimension) -> str:
    return _(_NAMES[dimension])


def value_label(dimension: Dimension, value: str, locale: str) -> str:
    """The value as people say it: 'Germany' for DE, 'Direct' for no source, 'Unknown' for nothing known."""
    if not value:
        return _(_WITHOUT_VALUE.get(dimension, _UNKNOWN))
    if dimension is Dimension.COUNTRY:
        return numbers.country_name(value, locale)
    if dimension is Dimension.LANGUAGE:
        return numbers.language_name(value, locale)
    if dimension is Dimension.CHANNEL:
        return _(_CHANNELS[value]) if value in _CHANNELS else value
    if dimension is Dimension.DEVICE:
        return _(_DEVICES[value.lower()]) if value.lower() in _DEVICES else value
    return _(_WORDS[dimension, value]) if (dimension, value) in _WORDS else value


def value_mark(dimension: Dimension, value: str, country: str = "") -> Markup:
    """The flag or icon before a value; nothing for dimensions that have none."""
    if dimension in _PLACES:
        return flag(value if dimension is Dimension.COUNTRY else country)
    for family, icons in _ICONS.items():
        if dimension.startswith(family):
            name = value.lower()
            # Versions come as "Chrome 141".
            known = icons.get(name) or icons.get(name.rpartition(" ")[0])
            return icon(known or _OTHER_ICON[family], 15)
    return Markup("")


@lru_cache(maxsize=1000)
def flag(country: str) -> Markup:
    """The country's flag from the sprite; a pin where there is no country."""
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        return icon("map-pin", 15)
    return filled(
        '<svg class="flag" aria-hidden="true"><use href="{}#{}"/></svg>',
        asset_url("flags.svg"),
        country.upper(),
    )
