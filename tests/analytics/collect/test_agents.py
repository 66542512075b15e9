"""Browser, system and device of user agents as they were seen from 2024 to 2026."""

import pytest

from analytics.collect.agents import Agent, read_agent

GECKO = "(KHTML, like Gecko)"
BLINK = f"AppleWebKit/537.36 {GECKO}"
WEBKIT = f"AppleWebKit/605.1.15 {GECKO}"
WINDOWS = "Windows NT 10.0; Win64; x64"
MAC = "Macintosh; Intel Mac OS X 10_15_7"
ANDROID = "Linux; Android 10; K"
IPHONE = "iPhone; CPU iPhone OS 18_6_2 like Mac OS X"

AGENTS = (
    # Desks
    (f"({WINDOWS}) {BLINK} Chrome/142.0.0.0 Safari/537.36",
     ("Chrome", "142", "Windows", "10/11", "desktop")),
    (f"({WINDOWS}) {BLINK} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
     ("Edge", "142", "Windows", "10/11", "desktop")),
    (f"({WINDOWS}) {BLINK} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
     ("Opera", "124", "Windows", "10/11", "desktop")),
    (f"({WINDOWS}; rv:143.0) Gecko/20100101 Firefox/143.0",
     ("Firefox", "143", "Windows", "10/11", "desktop")),
    (f"({MAC}) {BLINK} Chrome/141.0.0.0 Safari/537.36",
     ("Chrome", "141", "macOS", "", "desktop")),
    ("(Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0",
     ("Firefox", "144", "macOS", "", "desktop")),
    (f"({MAC}) {WEBKIT} Version/18.6 Safari/605.1.15",
     ("Safari", "18", "macOS", "", "desktop")),
    (f"(X11; Linux x86_64) {BLINK} Chrome/140.0.0.0 Safari/537.36",
     ("Chrome", "140", "Linux", "", "desktop")),
    ("(X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
     ("Firefox", "128", "Linux", "", "desktop")),
    (f"(X11; CrOS x86_64 14541.0.0) {BLINK} Chrome/139.0.0.0 Safari/537.36",
     ("Chrome", "139", "ChromeOS", "", "desktop")),
    # Android
    (f"({ANDROID}) {BLINK} Chrome/142.0.0.0 Mobile Safari/537.36",
     ("Chrome", "142", "Android", "", "mobile")),
    (f"({ANDROID}) {BLINK} Chrome/142.0.0.0 Safari/537.36",
     ("Chrome", "142", "Android", "", "tablet")),
    (f"({ANDROID}) {BLINK} Chrome/141.0.0.0 Mobile Safari/537.36 EdgA/141.0.0.0",
     ("Edge", "141", "Android", "", "mobile")),
    (f"({ANDROID}) {BLINK} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
     ("Samsung Internet", "28", "Android", "", "mobile")),
    ("(Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
     ("Firefox", "143", "Android", "15", "mobile")),
    ("(Android 14; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0",
     ("Firefox", "143", "Android", "14", "tablet")),
    (f"(Linux; Android 15; Pixel 8 Build/BP1A.250505.005; wv) {BLINK} Version/4.0 Chrome/141.0.7390.43 "
     "Mobile Safari/537.36",
     ("Chrome WebView", "141", "Android", "15", "mobile")),
    (f"(Linux; Android 14; SM-S921B Build/UP1A.231005.007; wv) {BLINK} Version/4.0 Chrome/140.0.7339.51 "
     "Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/531.0.0.45.71;]",
     ("Facebook", "531", "Android", "14", "mobile")),
    (f"(Linux; Android 11; KFTRWI Build/RS8332.3115N) {BLINK} Silk/138.1.1 like Chrome/138.0.0.0 "
     "Safari/537.36",
     ("Amazon Silk", "138", "Android", "11", "tablet")),
    # iPhone and iPad
    (f"(iPhone; CPU iPhone OS 17_6_1 like Mac OS X) {WEBKIT} Version/17.6 Mobile/15E148 Safari/604.1",
     ("Safari", "17", "iOS", "17.6", "mobile")),
    (f"(iPhone; CPU iPhone OS 18_7 like Mac OS X) {WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1",
     ("Safari", "26", "iOS", "26.1", "mobile")),
    (f"({IPHONE}) {WEBKIT} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1",
     ("Chrome", "141", "iOS", "18.6", "mobile")),
    (f"({IPHONE}) {WEBKIT} FxiOS/143.0 Mobile/15E148 Safari/605.1.15",
     ("Firefox", "143", "iOS", "18.6", "mobile")),
    (f"({IPHONE}) {WEBKIT} Mobile/15E148",
     ("Safari WebView", "", "iOS", "18.6", "mobile")),
    (f"({IPHONE}) {WEBKIT} Mobile/22G100 Instagram 399.0.0.33.82 (iPhone15,4; iOS 18_6_2; de_DE; de)",
     ("Instagram", "399", "iOS", "18.6", "mobile")),
    (f"(iPad; CPU OS 18_6 like Mac OS X) {WEBKIT} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1",
     ("Chrome", "141", "iPadOS", "18.6", "tablet")),
    # Living rooms
    (f"(Web0S; Linux/SmartTV) {BLINK} Chrome/120.0.6099.270 Safari/537.36 WebAppManager",
     ("Chrome", "120", "webOS", "", "tv")),
    (f"(SMART-TV; LINUX; Tizen 8.0) {BLINK} Version/8.0 TV Safari/537.36",
     ("Safari", "8", "Tizen", "8.0", "tv")),
    (f"(Linux; Android 12; BRAVIA 4K VH2 Build/SP1A.210812.016.A1; wv) {BLINK} Version/4.0 "
     "Chrome/125.0.0.0 Safari/537.36",
     ("Chrome WebView", "125", "Android", "12", "tv")),
    (f"(PlayStation; PlayStation 5/8.40) {WEBKIT} Version/16.4 Safari/605.1.15",
     ("Safari", "16", "", "", "console")),
    (f"({WINDOWS}; Xbox; Xbox Series X) {BLINK} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
     ("Edge", "140", "Windows", "10/11", "console")),
    ("(Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.3.15.4 "
     "NintendoBrowser/5.1.0.22433",
     ("", "", "", "", "console")),
)  # fmt: skip


@pytest.mark.parametrize(("agent", "expected"), AGENTS)
def test_a_user_agent(agent: str, expected: tuple[str, ...]) -> None:
    assert read_agent(f"Mozilla/5.0 {agent}") == Agent(*expected)


def test_opera_mini_is_a_phone() -> None:
    agent = read_agent("Opera/9.80 (Android; Opera Mini/80.0.2254/191.303; U; en) Presto/2.12.423 Version/12")
    assert (agent.browser, agent.device) == ("Opera Mini", "mobile")


@pytest.mark.parametrize(
    ("screen", "system", "device"),
    [
        ((820, 1180), "iPadOS", "tablet"),
        ((1366, 1024), "iPadOS", "tablet"),
        ((1512, 982), "macOS", "desktop"),
        ((1920, 1080), "macOS", "desktop"),
        ((0, 0), "macOS", "desktop"),
    ],
)
def test_an_ipad_calls_itself_a_mac_and_is_known_by_its_screen(
    screen: tuple[int, int], system: str, device: str
) -> None:
    agent = read_agent(f"Mozilla/5.0 ({MAC}) {WEBKIT} Version/26.0 Safari/605.1.15", *screen)
    assert (agent.browser, agent.os, agent.device) == ("Safari", system, device)


def test_a_windows_tablet_of_an_ipads_size_stays_what_it_says() -> None:
    agent = read_agent(f"Mozilla/5.0 ({WINDOWS}) {BLINK} Chrome/142.0.0.0 Safari/537.36", 820, 1180)
    assert (agent.os, agent.device) == ("Windows", "desktop")


@pytest.mark.parametrize("text", ["", " ", "x", "\x00", "Mozilla/5.0", "é" * 5_000, "(" * 2_000])
def test_of_what_says_nothing_nothing_is_known(text: str) -> None:
    assert read_agent(text) == Agent("", "", "", "", "desktop")
