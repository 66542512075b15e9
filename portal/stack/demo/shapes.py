"""What the sample world is made of: agencies, organisations, people, websites."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tenancy.roles import Role
from tenancy.sites import VisitorMode


class Kind(StrEnum):
    """What sort of website it is: its pages, its visitors and their habits follow from that."""

    SHOP = "shop"
    SOFTWARE = "software"
    DOCS = "docs"
    MAGAZINE = "magazine"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """An account; `address` is the part before the @, which names the role that it shows."""

    address: str
    name: str
    role: Role


class Market(NamedTuple):
    """Where a business is at home."""

    timezone: str
    currency: str
    home: str
    """What places.py calls it."""


@dataclass(frozen=True, slots=True)
class SampleSite:
    """A website with its share of all events, in thousandths, and what its pages are about."""

    name: str
    domain: str
    kind: Kind
    market: Market
    share: int
    about: tuple[str, ...]
    """Products with their price, articles, topics or services: each becomes a page."""
    mode: VisitorMode = VisitorMode.COOKIELESS


@dataclass(frozen=True, slots=True)
class SampleOrganization:
    """A client of an agency, or a direct customer."""

    name: str
    mail: str
    """What its people's addresses end in."""
    market: Market
    people: tuple[SamplePerson, ...]
    sites: tuple[SampleSite, ...]
    locale: str | None = None
    """What its people are spoken to in, where its agency's language is not theirs."""
    allows_viewing: bool = False
    """Whether its agency may look at its pages as it does."""


@dataclass(frozen=True, slots=True)
class SampleReseller:
    """An agency; its brand is in brands.py under the same name."""

    name: str
    slug: str
    host: str
    timezone: str
    people: tuple[SamplePerson, ...]
    clients: tuple[SampleOrganization, ...]
