"""The sample world of the demo: tenants, thirteen months of traffic, and a small shop to click through."""

from portal.stack.demo.loading import load
from portal.stack.demo.summary import summary

__all__ = ["load", "summary"]
