"""A visit by what brought it: the tags in the page's address, and the page before."""

from analytics.collect.attribution import Attribution, attribute
from analytics.collect.pages import read_page

OWN = ("shop.example", "checkout.example")


def arrives(tags: str = "", referrer: str = "") -> Attribution:
    """The attribution of a page view of https://shop.example/ with these tags, such as "?gclid=1"."""
    page = read_page(f"https://shop.example/{tags}")
    assert page is not None
    return attribute(page.tags, referrer, OWN)
