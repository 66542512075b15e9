"""Browser, operating system and sort of device behind a user agent; the string itself goes no further."""

import re
from functools import lru_cache
from typing import NamedTuple

from ua_parser import OS, Parser
from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver


class Agent(NamedTuple):
    """The technology columns of an event."""

    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str


def read_agent(user_agent: str, screen_w: int = 0, screen_h: int = 0) -> Agent:
    """The agent of a user agent; the screen tells an iPad, which calls itself a Mac, from one."""
    agent = _read(user_agent)
    if agent.os == "macOS" and (min(screen_w, screen_h), max(screen_w, screen_h)) in _IPAD_SCREENS:
        return agent._replace(os="iPadOS", os_version="", device="tablet")
    return agent


# In CSS pixels, which is what a page sees. No Mac has a screen of these sizes.
_IPAD_SCREENS = frozenset(
    {
        (744, 1133),
        (768, 1024),
        (810, 1080),
        (820, 1180),
        (834, 1112),
        (834, 1194),
        (834, 1210),
        (1024, 1366),
        (1032, 1376),
    }
)

_DEVICES = (
    ("tv", re.compile(r"Smart-?TV|AppleTV|Apple TV|GoogleTV|Google TV|Android TV|BRAVIA|Web0S|WebOS\.TV|"
                      r"HbbTV|Roku|CrKey|\bAFT\w{1,4}\b|NetCast|Tizen.*TV|Viera|PhilipsTV|DTV", re.I)),
    ("console", re.compile(r"PlayStation|Nintendo|Xbox", re.I)),
    ("wearable", re.compile(r"Watch OS|WatchOS|SM-R\d{3}|Wear OS", re.I)),
    ("car", re.compile(r"QtCarBrowser|Tesla/|Android Automotive", re.I)),
    ("tablet", re.compile(r"iPad|Tablet|PlayBook|Silk(?!.*Mobile)|Kindle|KF[A-Z]{2,4} |"
                          r"Android(?!.*(Mobile|Mobi))", re.I)),
    ("mobile", re.compile(r"Mobi|iPhone|iPod|Android|Windows Phone|BlackBerry|BB10|Opera Mini|KAIOS", re.I)),
)  # fmt: skip

_OS_NAMES = {
    "Mac OS X": "macOS",
    "Chrome OS": "ChromeOS",
    "Linux": "Linux",
    "Ubuntu": "Linux",
    "Fedora": "Linux",
    "Debian": "Linux",
    "Other": "",
}

_BROWSER_NAMES = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome WebView",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari WebView",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Other": "",
}

_PARSER = Parser(Resolver(load_builtins()))


@lru_cache(maxsize=16384)
def _read(user_agent: str) -> Agent:
    text = user_agent[:1024]
    browser, system = _PARSER.parse_user_agent(text), _PARSER.parse_os(text)
    return Agent(
        _BROWSER_NAMES.get(browser.family, browser.family) if browser else "",
        _version(browser.major, None) if browser else "",
        _OS_NAMES.get(system.family, system.family) if system else "",
        _os_version(system) if system else "",
        next((device for device, pattern in _DEVICES if pattern.search(text)), "desktop"),
    )


def _os_version(system: OS) -> str:
    # Browsers freeze macOS at 10.15.7 whatever runs: a wrong version is worse than none.
    if system.family == "Mac OS X" and system.major == "10" and system.minor == "15":
        return ""
    return _version(system.major, system.minor)


def _version(major: str | None, minor: str | None) -> str:
    return ".".join(part for part in (major, minor) if part)
