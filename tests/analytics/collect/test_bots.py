"""Who is no visitor: crawlers, assistants, monitors, scripts and browsers without a screen."""

import pytest

from analytics.collect.bots import is_bot

BLINK = "AppleWebKit/537.36 (KHTML, like Gecko"
PC = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK}) Chrome/142.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile"
)


@pytest.mark.parametrize(
    "user_agent",
    [
        # Search
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.7390.54 Mobile Safari/537.36 (compatible; Googlebot/2.1; "
        "+http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 13_2_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/13.0.3 Mobile/15E148 Safari/604.1 (compatible; GoogleOther)",
        # Assistants
        f"Mozilla/5.0 {BLINK}; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        f"Mozilla/5.0 {BLINK}); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
        f"Mozilla/5.0 {BLINK}); compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot",
        f"Mozilla/5.0 {BLINK}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
        f"Mozilla/5.0 {BLINK}; compatible; Claude-User/1.0; +Claude-User@anthropic.com)",
        f"Mozilla/5.0 {BLINK}; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)",
        f"Mozilla/5.0 {BLINK}; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
        f"Mozilla/5.0 (Linux; Android 5.0) {BLINK}) Mobile Safari/537.36 "
        "(compatible; Bytespider; spider-feedback@bytedance.com)",
        "CCBot/2.0 (https://commoncrawl.org/faq/)",
        "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
        # Previews of links
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Twitterbot/1.0",
        "WhatsApp/2.23.20.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        # Other crawlers
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
        # Monitors and measurements
        "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
        f"{PC} Chrome-Lighthouse",
        f"{PC} PTST/240108.183114",
        # Browsers without a screen, and programs
        PC.replace("Chrome/", "HeadlessChrome/"),
        f"{PC} Cypress/13.6.0",
        "Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/24.0.0",
        "python-requests/2.32.3",
        "Go-http-client/2.0",
        "curl/8.9.1",
        "node",
        "",
        "  ",
    ],
)
def test_no_visitor(user_agent: str) -> None:
    assert is_bot(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        PC,
        f"{PC} Edg/142.0.0.0",
        f"{PC} OPR/124.0.0.0",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/26.0 Safari/605.1.15",
        f"Mozilla/5.0 (Linux; Android 10; K) {BLINK}) Chrome/142.0.0.0 Mobile Safari/537.36",
        f"Mozilla/5.0 (Linux; Android 10; K) {BLINK}) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile "
        "Safari/537.36",
        # A phone whose maker is called Cubot
        f"Mozilla/5.0 (Linux; Android 14; CUBOT NOTE 50 Build/UP1A) {BLINK}) Chrome/138.0.0.0 Mobile "
        "Safari/537.36",
        # Apps that open pages themselves
        f"{IPHONE}/15E148",
        f"{IPHONE}/15E148 [FBAN/FBIOS;FBAV/530.0.0.42.101;FBDV/iPhone14,5;FBSN/iOS;FBSV/18.6.2]",
        f"{IPHONE}/22G100 Instagram 399.0.0.33.82 (iPhone15,4; iOS 18_6_2; de_DE; de)",
        f"{IPHONE}/15E148 musical_ly_35.3.0 JsSdk/2.0 NetType/WIFI Channel/App Store",
        f"{IPHONE}/15E148 [Pinterest/iOS]",
        f"{IPHONE}/15E148 LinkedInApp/9.29",
        f"{IPHONE}/15E148 Snapchat/12.90",
        f"{IPHONE}/15E148 Twitter for iPhone/10.60",
        f"Mozilla/5.0 (Web0S; Linux/SmartTV) {BLINK}) Chrome/120.0.6099.270 Safari/537.36 WebAppManager",
    ],
)
def test_a_visitor(user_agent: str) -> None:
    assert not is_bot(user_agent)
