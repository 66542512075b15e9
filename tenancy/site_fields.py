"""What a person may write into a site's fields, brought to one form or refused with a sentence."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from tenancy.errors import Invalid
from tenancy.text import gettext as _


def checked_name(name: str, *, field: str = "name") -> str:
    """1 to 120 characters on one line."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Invalid(_("Enter a name of at most 120 characters."), field=field)
    return name


def checked_domain(domain: str) -> str:
    """example.com of "https://www.Example.com/shop", as browsers write it (punycode)."""
    return checked_host(domain, field="domain").removeprefix("www.")


def checked_hosts(hosts: Iterable[str]) -> list[str]:
    """Up to 50 hosts, each once. A leading "*." is dropped: subdomains are always allowed."""
    found = [checked_host(host.strip().removeprefix("*."), field="allowed_hosts") for host in hosts]
    if len(found) > 50:
        raise Invalid(_("At most 50 additional hosts are allowed."), field="allowed_hosts")
    return list(dict.fromkeys(found))


def checked_host(host: str, *, field: str) -> str:
    """The bare host name of what a person typed or pasted: no scheme, port or path; lower case; punycode."""
    bare = host.strip().lower().rpartition("://")[2].split("/")[0].split("?")[0].rstrip(".")
    if bare.startswith("["):
        bare = bare[1:].split("]")[0]
    elif bare.count(":") == 1:
        bare = bare.split(":")[0]
    if _is_address(bare):
        return bare
    try:
        ascii_only = bare.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_only = ""
    if len(ascii_only) > 253 or not _HOST.fullmatch(ascii_only):
        raise Invalid(_("Write the domain like example.com."), field=field)
    return ascii_only


def checked_timezone(timezone: str) -> str:
    """A name from the time zone database."""
    if timezone not in available_timezones():
        raise Invalid(_("Choose a time zone from the list."), field="timezone")
    return timezone


def checked_currency(currency: str) -> str:
    """An ISO 4217 code."""
    code = currency.strip().upper()
    if code not in list_currencies():
        raise Invalid(_("Choose a currency from the list."), field="currency")
    return code


_HOST = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
