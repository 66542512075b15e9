"""Visitors that are not people: crawlers, drivers without a screen, and pages loaded before anyone looks."""

import re
from functools import lru_cache

from crawlerdetect import CrawlerDetect


@lru_cache(maxsize=16384)
def is_bot(user_agent: str) -> bool:
    """Whether a user agent is a crawler, a script or a browser without a screen; none at all is one too."""
    if not user_agent.strip():
        return True
    return _DRIVEN.search(user_agent) is not None or bool(_CRAWLERS.is_crawler(user_agent))


_CRAWLERS = CrawlerDetect()
_DRIVEN = re.compile(
    r"HeadlessChrome|PhantomJS|Puppeteer|Playwright|Selenium|webdriver|Cypress/|jsdom|Perplexity-User|^node$",
    re.I,
)
