"""Where sample visitors live: real cities, as the city database names them, with their zone and language."""

from typing import NamedTuple


class Place(NamedTuple):
    """One place, and how many of a hundred visitors of its country live there."""

    country: str
    region: str
    city: str
    timezone: str
    language: str
    weight: float


def places_of(market: str) -> list[Place]:
    """The places of a market's visitors, weighted by how many come from each country."""
    found = []
    for country, share in MARKETS[market].items():
        cities = [place for place in PLACES if place.country == country]
        total = sum(place.weight for place in cities)
        found += [place._replace(weight=share * place.weight / total) for place in cities]
    return found


# Percent of visitors by country.
MARKETS: dict[str, dict[str, float]] = {
    "us": {"US": 74, "CA": 8, "GB": 5, "DE": 2.5, "AU": 2.5, "FR": 1.5, "MX": 1.5, "NL": 1, "IE": 1, "IN": 1,
           "JP": 1, "BR": 0.6, "ES": 0.4},
    "world": {"US": 36, "GB": 9, "DE": 9, "IN": 9, "CA": 5.5, "FR": 4.5, "NL": 4, "BR": 4, "AU": 3.5,
              "ES": 2.5, "PL": 2.5, "SE": 2, "IT": 2, "JP": 2, "CH": 1.2, "IE": 1, "DK": 1, "AT": 0.8,
              "MX": 0.8, "NO": 0.7, "PT": 0.7, "NZ": 0.5},
    "uk": {"GB": 81, "IE": 5, "US": 5, "FR": 2, "DE": 2, "NL": 1.5, "ES": 1, "AU": 1, "SE": 0.5, "IT": 0.5},
    "nordic": {"DK": 62, "SE": 12, "DE": 9, "NO": 7, "NL": 3, "GB": 2.5, "US": 1.5, "FR": 1, "PL": 1,
               "AT": 0.5},
    "german": {"DE": 88, "AT": 4, "CH": 3.5, "PL": 1, "NL": 0.8, "IT": 0.7, "US": 0.6, "GB": 0.5},
    "pacific": {"NZ": 66, "AU": 17, "US": 5, "GB": 4, "DE": 3, "JP": 1.5, "CA": 1.2, "FR": 1, "NL": 0.8},
}  # fmt: skip


def _read(table: str) -> tuple[Place, ...]:
    places = []
    for line in table.strip().splitlines():
        country, region, city, timezone, language, weight = (part.strip() for part in line.split("|"))
        places.append(Place(country, region, city, timezone, language, float(weight)))
    return tuple(places)


# A few visitors of each large country have no city: their address is known by its country only.
PLACES = _read("""
US | New York | New York | America/New_York | en-US | 15
US | New York | Brooklyn | America/New_York | en-US | 6
US | Massachusetts | Boston | America/New_York | en-US | 7
US | Pennsylvania | Philadelphia | America/New_York | en-US | 5
US | District of Columbia | Washington D.C. | America/New_York | en-US | 5
US | North Carolina | Raleigh | America/New_York | en-US | 4
US | Georgia | Atlanta | America/New_York | en-US | 5
US | Florida | Miami | America/New_York | es-US | 2
US | Florida | Orlando | America/New_York | en-US | 3
US | Maine | Portland | America/New_York | en-US | 3
US | Illinois | Chicago | America/Chicago | en-US | 8
US | Texas | Austin | America/Chicago | en-US | 6
US | Texas | Dallas | America/Chicago | en-US | 5
US | Minnesota | Minneapolis | America/Chicago | en-US | 3
US | Colorado | Denver | America/Denver | en-US | 4
US | Arizona | Phoenix | America/Phoenix | en-US | 2
US | Washington | Seattle | America/Los_Angeles | en-US | 6
US | Oregon | Portland | America/Los_Angeles | en-US | 4
US | California | San Francisco | America/Los_Angeles | en-US | 8
US | California | Los Angeles | America/Los_Angeles | en-US | 9
US | California | San Diego | America/Los_Angeles | en-US | 3
US | | | America/New_York | en-US | 2
CA | Ontario | Toronto | America/Toronto | en-CA | 40
CA | Quebec | Montreal | America/Toronto | fr-CA | 22
CA | British Columbia | Vancouver | America/Vancouver | en-CA | 22
CA | Alberta | Calgary | America/Edmonton | en-CA | 14
MX | Mexico City | Mexico City | America/Mexico_City | es-MX | 60
MX | Jalisco | Guadalajara | America/Mexico_City | es-MX | 25
BR | São Paulo | São Paulo | America/Sao_Paulo | pt-BR | 50
BR | Rio de Janeiro | Rio de Janeiro | America/Sao_Paulo | pt-BR | 22
BR | Minas Gerais | Belo Horizonte | America/Sao_Paulo | pt-BR | 14
GB | England | London | Europe/London | en-GB | 36
GB | England | Manchester | Europe/London | en-GB | 13
GB | England | Birmingham | Europe/London | en-GB | 9
GB | England | Bristol | Europe/London | en-GB | 8
GB | England | Leeds | Europe/London | en-GB | 8
GB | Scotland | Edinburgh | Europe/London | en-GB | 8
GB | Scotland | Glasgow | Europe/London | en-GB | 6
GB | Wales | Cardiff | Europe/London | en-GB | 5
GB | | | Europe/London | en-GB | 3
IE | Leinster | Dublin | Europe/Dublin | en-IE | 70
IE | Munster | Cork | Europe/Dublin | en-IE | 20
DE | Berlin | Berlin | Europe/Berlin | de-DE | 27
DE | Hamburg | Hamburg | Europe/Berlin | de-DE | 13
DE | Bavaria | Munich | Europe/Berlin | de-DE | 15
DE | Hesse | Frankfurt am Main | Europe/Berlin | de-DE | 10
DE | North Rhine-Westphalia | Cologne | Europe/Berlin | de-DE | 10
DE | North Rhine-Westphalia | Düsseldorf | Europe/Berlin | de-DE | 7
DE | Saxony | Leipzig | Europe/Berlin | de-DE | 6
DE | Lower Saxony | Hanover | Europe/Berlin | de-DE | 6
DE | Baden-Wurttemberg | Stuttgart | Europe/Berlin | de | 6
DE | | | Europe/Berlin | de-DE | 2
AT | Vienna | Vienna | Europe/Vienna | de-AT | 70
AT | Styria | Graz | Europe/Vienna | de-AT | 18
CH | Zurich | Zurich | Europe/Zurich | de-CH | 55
CH | Geneva | Geneva | Europe/Zurich | fr-CH | 22
FR | Île-de-France | Paris | Europe/Paris | fr-FR | 46
FR | Auvergne-Rhône-Alpes | Lyon | Europe/Paris | fr-FR | 17
FR | Provence-Alpes-Côte d'Azur | Marseille | Europe/Paris | fr-FR | 12
FR | Occitanie | Toulouse | Europe/Paris | fr-FR | 10
NL | North Holland | Amsterdam | Europe/Amsterdam | nl-NL | 45
NL | South Holland | Rotterdam | Europe/Amsterdam | nl-NL | 22
NL | Utrecht | Utrecht | Europe/Amsterdam | nl-NL | 16
ES | Madrid | Madrid | Europe/Madrid | es-ES | 42
ES | Catalonia | Barcelona | Europe/Madrid | es-ES | 36
PT | Lisbon | Lisbon | Europe/Lisbon | pt-PT | 60
PT | Porto | Porto | Europe/Lisbon | pt-PT | 30
IT | Lombardy | Milan | Europe/Rome | it-IT | 44
IT | Lazio | Rome | Europe/Rome | it-IT | 34
PL | Mazovia | Warsaw | Europe/Warsaw | pl-PL | 46
PL | Lesser Poland | Krakow | Europe/Warsaw | pl-PL | 26
DK | Capital Region | Copenhagen | Europe/Copenhagen | da-DK | 52
DK | Central Jutland | Aarhus | Europe/Copenhagen | da-DK | 20
DK | South Denmark | Odense | Europe/Copenhagen | da-DK | 12
DK | North Denmark | Aalborg | Europe/Copenhagen | da-DK | 9
DK | Capital Region | Copenhagen | Europe/Copenhagen | en-GB | 6
SE | Stockholm | Stockholm | Europe/Stockholm | sv-SE | 46
SE | Västra Götaland | Gothenburg | Europe/Stockholm | sv-SE | 24
SE | Skåne | Malmo | Europe/Stockholm | sv-SE | 24
NO | Oslo | Oslo | Europe/Oslo | nb-NO | 60
NO | Vestland | Bergen | Europe/Oslo | nb-NO | 24
IN | Karnataka | Bengaluru | Asia/Kolkata | en-IN | 38
IN | Maharashtra | Mumbai | Asia/Kolkata | en-IN | 24
IN | Delhi | New Delhi | Asia/Kolkata | en-IN | 20
IN | Telangana | Hyderabad | Asia/Kolkata | en-IN | 14
JP | Tokyo | Tokyo | Asia/Tokyo | ja-JP | 60
JP | Ōsaka | Osaka | Asia/Tokyo | ja-JP | 28
AU | New South Wales | Sydney | Australia/Sydney | en-AU | 40
AU | Victoria | Melbourne | Australia/Melbourne | en-AU | 34
AU | Queensland | Brisbane | Australia/Brisbane | en-AU | 16
AU | Western Australia | Perth | Australia/Perth | en-AU | 9
NZ | Auckland | Auckland | Pacific/Auckland | en-NZ | 42
NZ | Wellington | Wellington | Pacific/Auckland | en-NZ | 18
NZ | Canterbury | Christchurch | Pacific/Auckland | en-NZ | 17
NZ | Otago | Queenstown | Pacific/Auckland | en-NZ | 9
NZ | Otago | Dunedin | Pacific/Auckland | en-NZ | 8
""")
