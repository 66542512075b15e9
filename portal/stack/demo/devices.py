"""What sample visitors hold in their hands: real user agents, read as collect reads them."""

from datetime import date
from typing import NamedTuple

from analytics.collect.agents import read_agent


class Device(NamedTuple):
    """A browser on a system, its screens, and how many of a thousand visitors of an audience use it.

    Its browser has a new version every `cadence` days, counted so that version 0 came on `day_zero`;
    nobody has one before `oldest`.
    """

    browser: str
    cadence: int
    day_zero: date
    oldest: int
    os: str
    os_version: str
    kind: str
    screens: tuple[tuple[int, int], ...]
    weight: int


def devices_of(audience: str) -> list[Device]:
    """The devices of "work" (desks) or "home" (mostly phones)."""
    column = 0 if audience == "work" else 1
    return [_device(line, column) for line in _TABLE]


class _Line(NamedTuple):
    user_agent: str
    releases: str
    screens: str
    weights: tuple[int, int]
    """At work, at home."""


# A version and the day that it came out, and the days between two versions, roughly.
_RELEASES = {
    "chrome": (120, date(2023, 12, 5), 31),
    "firefox": (120, date(2023, 11, 21), 29),
    "opera": (115, date(2024, 11, 27), 37),
    "safari": (26, date(2025, 9, 15), 364),
    "samsung": (28, date(2025, 4, 1), 180),
}

# In CSS pixels, as a page sees them.
_SCREENS = {
    "pc": ((1920, 1080), (1920, 1080), (1536, 864), (1536, 864), (2560, 1440), (1366, 768), (3440, 1440)),
    "mac": ((1440, 900), (1512, 982), (1728, 1117), (1470, 956), (1920, 1080), (2560, 1440)),
    "iphone": ((393, 852), (390, 844), (402, 874), (430, 932), (440, 956), (375, 812)),
    "android": ((412, 915), (360, 800), (384, 832), (393, 873), (412, 892)),
    "ipad": ((820, 1180), (810, 1080), (834, 1194), (1024, 1366)),
    "android tablet": ((800, 1280), (753, 1205)),
    "chromebook": ((1366, 768), (1536, 864)),
}

_WEBKIT, _SAFARI = "AppleWebKit/537.36 (KHTML, like Gecko)", "Safari/537.36"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_LINUX = "Mozilla/5.0 (X11; Linux x86_64"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_PHONE = "Mozilla/5.0 (Linux; Android 10; K)"

_TABLE = (
    _Line(f"{_WINDOWS}) {_WEBKIT} Chrome/150.0.0.0 {_SAFARI}", "chrome", "pc", (330, 160)),
    _Line(f"{_WINDOWS}) {_WEBKIT} Chrome/150.0.0.0 {_SAFARI} Edg/150.0.0.0", "chrome", "pc", (95, 45)),
    _Line(f"{_WINDOWS}; rv:150.0) Gecko/20100101 Firefox/150.0", "firefox", "pc", (42, 24)),
    _Line(f"{_WINDOWS}) {_WEBKIT} Chrome/150.0.0.0 {_SAFARI} OPR/126.0.0.0", "opera", "pc", (12, 14)),
    _Line(f"{_MAC} {_WEBKIT} Chrome/150.0.0.0 {_SAFARI}", "chrome", "mac", (160, 45)),
    _Line(
        f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
        *("safari", "mac", (85, 50)),
    ),
    _Line(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:150.0) Gecko/20100101 Firefox/150.0",
        *("firefox", "mac", (24, 6)),
    ),
    _Line(f"{_LINUX}) {_WEBKIT} Chrome/150.0.0.0 {_SAFARI}", "chrome", "pc", (24, 4)),
    _Line(f"{_LINUX}; rv:150.0) Gecko/20100101 Firefox/150.0", "firefox", "pc", (28, 5)),
    _Line(
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_WEBKIT} Chrome/150.0.0.0 {_SAFARI}",
        *("chrome", "chromebook", (6, 7)),
    ),
    _Line(f"{_IPHONE} Version/26.1 Mobile/15E148 Safari/604.1", "safari", "iphone", (85, 285)),
    _Line(f"{_IPHONE} CriOS/150.0.0.0 Mobile/15E148 Safari/604.1", "chrome", "iphone", (12, 28)),
    _Line(f"{_PHONE} {_WEBKIT} Chrome/150.0.0.0 Mobile {_SAFARI}", "chrome", "android", (72, 230)),
    _Line(
        f"{_PHONE} {_WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile {_SAFARI}",
        *("samsung", "android", (7, 42)),
    ),
    _Line("Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0",
          "firefox", "android", (4, 7)),
    _Line(
        f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
        *("safari", "ipad", (12, 42)),
    ),
    _Line(f"{_PHONE} {_WEBKIT} Chrome/150.0.0.0 {_SAFARI}", "chrome", "android tablet", (2, 6)),
)  # fmt: skip


def _device(line: _Line, column: int) -> Device:
    screens = _SCREENS[line.screens]
    agent = read_agent(line.user_agent, *screens[0])
    version, came_out, cadence = _RELEASES[line.releases]
    day_zero = date.fromordinal(came_out.toordinal() - version * cadence)
    return Device(
        agent.browser,
        cadence,
        day_zero,
        version,
        agent.os,
        agent.os_version,
        agent.device,
        screens,
        line.weights[column],
    )
