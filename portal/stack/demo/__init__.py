"""The sample world of the demo: tenants, thirteen months of traffic, and a small shop to click through."""

from portal.stack.demo.cast import SHOP_HOST
from portal.stack.demo.loading import load
from portal.stack.demo.shop import demo_shop
from portal.stack.demo.summary import summary

__all__ = ["SHOP_HOST", "demo_shop", "load", "summary"]
