"""What a request comes from, in the words of the person whose it is."""

from starlette.requests import HTTPConnection

from analytics.collect.agents import read_agent
from analytics.collect.geo import locate
from portal.here import client_of
from portal.views.numbers import country_name
from tenancy.devices import Device
from tenancy.text import gettext as _


def device_of(connection: HTTPConnection) -> Device:
    """The browser, its system and its place, as far as they can be told."""
    agent = read_agent(connection.headers.get("user-agent", ""))
    address = client_of(connection)
    place = locate(address)
    return Device(agent.browser, agent.os, place.city, place.country, address)


def device_words(device: Device) -> str:
    """'Firefox on Linux'; empty where nothing is known."""
    if device.browser and device.system:
        return _("{browser} on {system}").format(browser=device.browser, system=device.system)
    return device.browser or device.system


def place_words(device: Device, locale: str) -> str:
    """'Hanover, Germany (192.0.2.7)', or the address alone."""
    country = country_name(device.country, locale) if device.country else ""
    place = ", ".join(filter(None, (device.city, country)))
    return f"{place} ({device.address})" if place else device.address
