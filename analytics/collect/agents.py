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


NO_AGENT = Agent("", "", "", "", "")
"""Of somebody whom a site's server names: nothing is known."""


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
                          r"Android(?!.*(Mobi|Opera Mini))", re.I)),
    ("mobile", re.compile(r"Mobi|iPhone|iPod|Android|Windows Phone|BlackBerry|BB10|Opera Mini|KAIOS", re.I)),
)  # fmt: skip

_OS_NAMES = {
    "Mac OS X": "macOS",
    "Chrome OS": "ChromeOS",
    "Linux": "Linux",
    "Ubuntu": "Linux",
    "Fedora": "Linux",
    "Debian": "Linux",
    "Web0S": "webOS",
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
    device = next((device for device, pattern in _DEVICES if pattern.search(text)), "desktop")
    return Agent(
        _BROWSER_NAMES.get(browser.family, browser.family) if browser else "",
        _version(browser.major, None) if browser else "",
        _os_name(system, device) if system else "",
        _os_version(system, text) if system else "",
        device,
    )


def _os_name(system: OS, device: str) -> str:
    if system.family == "iOS" and device == "tablet":
        return "iPadOS"
    return _OS_NAMES.get(system.family, system.family)


# Browsers write these whatever runs, to give less away: a wrong version is worse than none.
_FROZEN = re.compile(r"Mac OS X 10[._]15|Android 10; K\)|CrOS \w+ 14541\.")

# Since iOS 26 Safari says iOS 18, but its own version is the system's.
_SAFARI_SINCE_26 = re.compile(r"like Mac OS X\).* Version/((?:2[6-9]|[3-9]\d)\.\d+) Mobile/\w+ Safari/")


def _os_version(system: OS, text: str) -> str:
    if _FROZEN.search(text):
        return ""
    if system.family == "iOS" and (named := _SAFARI_SINCE_26.search(text)):
        return named.group(1)
    if system.family == "Windows" and system.major == "10":
        return "10/11"  # both call themselves 10
    return _version(system.major, system.minor)


def _version(major: str | None, minor: str | None) -> str:
    return ".".join(part for part in (major, minor) if part)
