"""Who is in the sample world: two agencies, their clients, one direct customer, and all of their sites."""

from collections.abc import Iterator

from portal.stack.demo.shapes import (
    Kind,
    Market,
    SampleOrganization,
    SamplePerson,
    SampleReseller,
    SampleSite,
)
from tenancy.roles import Role
from tenancy.sites import VisitorMode

SHOP_HOST = "shop.localhost"


def sample_organizations() -> Iterator[SampleOrganization]:
    """Every organisation that has sites."""
    for reseller in RESELLERS:
        yield from reseller.clients
    yield DIRECT


def sample_sites() -> dict[str, SampleSite]:
    """Every site by its domain."""
    return {site.domain: site for organization in sample_organizations() for site in organization.sites}


def _team(owner: str, viewer: str) -> tuple[SamplePerson, ...]:
    return SamplePerson("owner", owner, Role.OWNER), SamplePerson("viewer", viewer, Role.VIEWER)


def _agency(owner: str, admin: str, billing: str, member: str, viewer: str) -> tuple[SamplePerson, ...]:
    return (
        SamplePerson("owner", owner, Role.OWNER),
        SamplePerson("admin", admin, Role.ADMIN),
        SamplePerson("billing", billing, Role.BILLING),
        SamplePerson("member", member, Role.MEMBER),
        SamplePerson("viewer", viewer, Role.VIEWER),
    )


_EAST_COAST = Market("America/New_York", "USD", "us")
_MIDWEST = Market("America/Chicago", "USD", "us")
_WEST_COAST = Market("America/Los_Angeles", "USD", "world")
_BRITAIN = Market("Europe/London", "GBP", "uk")
_DENMARK = Market("Europe/Copenhagen", "DKK", "nordic")
_GERMANY = Market("Europe/Berlin", "EUR", "german")
_NEW_ZEALAND = Market("Pacific/Auckland", "NZD", "pacific")
_PERSISTENT, _CONSENT = VisitorMode.PERSISTENT, VisitorMode.CONSENT

COFFEE = (
    "Morning Blend 14.50",
    "Lighthouse Espresso 16.00",
    "Ethiopia Guji 19.00",
    "Colombia Huila 17.50",
    "Low Tide Decaf 15.50",
    "Harbor Cold Brew Kit 34.00",
    "Pour-Over Set 48.00",
    "Hand Grinder 79.00",
)

_HARBOR = SampleOrganization(
    "Harbor Coffee",
    "harborcoffee.localhost",
    _EAST_COAST,
    _team("Sam Okafor", "Grace Whitcomb"),
    (
        SampleSite(
            "Harbor Coffee Shop",
            SHOP_HOST,
            Kind.SHOP,
            _EAST_COAST,
            165,
            COFFEE,
            _PERSISTENT,
        ),
        SampleSite(
            "Harbor Journal",
            "journal.harborcoffee.example",
            Kind.MAGAZINE,
            _EAST_COAST,
            70,
            (
                "How to brew a better cup at home",
                "The right grind for every method",
                "Cold brew in twelve hours",
                "A week with our roasters",
                "What single origin really means",
                "Water matters more than you think",
                "Five cafés worth the detour",
                "Decaf without the compromise",
                "From cherry to cup in Guji",
            ),
        ),
        SampleSite(
            "Harbor Wholesale",
            "wholesale.harborcoffee.example",
            Kind.LOCAL,
            _EAST_COAST,
            18,
            ("Coffee for cafés", "Office coffee", "Private label", "Barista training"),
        ),
    ),
    allows_viewing=True,
)

_LUMEN = SampleOrganization(
    "Lumen Software",
    "lumen.localhost",
    _WEST_COAST,
    _team("Rachel Adeyemi", "Ben Castellanos"),
    (
        SampleSite(
            "Lumen",
            "lumen.example",
            Kind.SOFTWARE,
            _WEST_COAST,
            190,
            ("Boards", "Automations", "Time tracking", "Reports", "Integrations"),
            _CONSENT,
        ),
        SampleSite(
            "Lumen Docs",
            "docs.lumen.example",
            Kind.DOCS,
            _WEST_COAST,
            105,
            (
                "Getting started",
                "Import from a spreadsheet",
                "Automations reference",
                "Webhooks",
                "REST API",
                "Single sign-on",
                "Roles and permissions",
                "Keyboard shortcuts",
                "Self-hosted runners",
                "Rate limits",
            ),
        ),
        SampleSite(
            "Lumen Blog",
            "blog.lumen.example",
            Kind.MAGAZINE,
            _WEST_COAST,
            60,
            (
                "Why we threw away our roadmap",
                "Estimates are a conversation",
                "Postgres queues at two million jobs a day",
                "The four-day sprint, one year later",
                "Writing a changelog people read",
                "How we cut our bundle in half",
                "Meetings that end early",
                "What support taught our engineers",
            ),
        ),
        SampleSite(
            "Lumen Academy",
            "academy.lumen.example",
            Kind.DOCS,
            _WEST_COAST,
            24,
            ("Your first board", "Plan a launch", "Report to stakeholders", "Automate the boring parts"),
            _PERSISTENT,
        ),
    ),
)

_ALDER = SampleOrganization(
    "Alder & Finch",
    "alderfinch.localhost",
    _BRITAIN,
    _team("Imogen Finch", "Harry Alder"),
    (
        SampleSite(
            "Alder & Finch Furniture",
            "alderfinch.example",
            Kind.SHOP,
            _BRITAIN,
            62,
            (
                "Wren Lounge Chair 640",
                "Heron Dining Table 1450",
                "Siskin Side Table 220",
                "Plover Shelf 310",
                "Dunlin Floor Lamp 260",
                "Teal Throw 85",
            ),
        ),
        SampleSite(
            "Alder & Finch Studio",
            "studio.alderfinch.example",
            Kind.LOCAL,
            _BRITAIN,
            14,
            ("Interior design", "Bespoke joinery", "Restoration"),
        ),
    ),
)

_VELO = SampleOrganization(
    "Velo Nord",
    "velonord.localhost",
    _DENMARK,
    _team("Freja Holm", "Mikkel Bach"),
    (
        SampleSite(
            "Velo Nord Bikes",
            "velonord.example",
            Kind.SHOP,
            _DENMARK,
            98,
            (
                "Harald City 8900",
                "Saga Gravel 16500",
                "Freja Cargo 34900",
                "Lykke Kids 3200",
                "Dynamo Light Set 640",
                "Rain Cape 520",
            ),
            _CONSENT,
        ),
        SampleSite(
            "Velo Nord Magazine",
            "magazine.velonord.example",
            Kind.MAGAZINE,
            _DENMARK,
            36,
            (
                "Seven days around Funen",
                "Cargo bikes compared",
                "Winter cycling without tears",
                "How to fix a puncture",
                "The best coffee stops in Jutland",
                "Gravel for beginners",
            ),
        ),
        SampleSite(
            "Velo Nord Rental",
            "rental.velonord.example",
            Kind.LOCAL,
            _DENMARK,
            16,
            ("City bikes", "Cargo bikes", "Guided tours"),
        ),
    ),
)

_LINDENHOF = SampleOrganization(
    "Praxis Lindenhof",
    "lindenhof.localhost",
    _GERMANY,
    _team("Dr. Katrin Sommer", "Nils Vogt"),
    (
        SampleSite(
            "Praxis Lindenhof",
            "praxis-lindenhof.example",
            Kind.LOCAL,
            _GERMANY,
            20,
            ("Prophylaxe", "Implantate", "Kinderzahnheilkunde", "Bleaching"),
        ),
        SampleSite(
            "Lindenhof Ratgeber",
            "ratgeber.praxis-lindenhof.example",
            Kind.MAGAZINE,
            _GERMANY,
            26,
            (
                "Was hilft bei Zahnschmerzen",
                "Implantat oder Brücke",
                "Zähne putzen mit Kindern",
                "Was zahlt die Kasse",
            ),
        ),
    ),
    locale="de",
)

_TRAILS = SampleOrganization(
    "Southern Trails",
    "southerntrails.localhost",
    _NEW_ZEALAND,
    _team("Aroha Williams", "Callum Reid"),
    (
        SampleSite(
            "Southern Trails Outfitters",
            "southerntrails.example",
            Kind.SHOP,
            _NEW_ZEALAND,
            44,
            (
                "Kea 45 Backpack 289",
                "Tussock Rain Shell 340",
                "Moa Trail Boots 320",
                "Fiord Tent 2P 599",
                "Billy Cook Set 89",
            ),
        ),
        SampleSite(
            "Southern Trails Guides",
            "guides.southerntrails.example",
            Kind.MAGAZINE,
            _NEW_ZEALAND,
            16,
            (
                "Packing for the Milford Track",
                "Great Walks in ten days",
                "Sandflies and how to survive them",
                "River crossings",
            ),
        ),
    ),
)

RESELLERS = (
    SampleReseller(
        "Northwind",
        "northwind",
        "northwind.localhost",
        "America/New_York",
        _agency("Maya Lindqvist", "Tom Barrett", "Priya Nair", "Jonas Keller", "Elena Rossi"),
        (_HARBOR, _LUMEN, _ALDER),
    ),
    SampleReseller(
        "Fernhill",
        "fernhill",
        "fernhill.localhost",
        "Europe/Berlin",
        _agency("Orla Byrne", "Mateo Vargas", "Hanna Weiss", "Luca Moretti", "Sofie Jensen"),
        (_VELO, _LINDENHOF, _TRAILS),
    ),
)

DIRECT = SampleOrganization(
    "Paperplane Press",
    "paperplane.localhost",
    _MIDWEST,
    _team("Nora Ellison", "Theo Marsh"),
    (
        SampleSite(
            "Paperplane Books",
            "paperplane.example",
            Kind.SHOP,
            _MIDWEST,
            24,
            (
                "The Quiet Harbor 18",
                "Maps of Small Places 26",
                "Letters to a Lighthouse 16",
                "Field Notes for Winter 22",
            ),
            _PERSISTENT,
        ),
        SampleSite(
            "Paperplane Stories",
            "stories.paperplane.example",
            Kind.MAGAZINE,
            _MIDWEST,
            12,
            (
                "An interview with Ada Brandt",
                "How a cover is made",
                "Ten books for long trains",
                "Why we still print",
            ),
        ),
    ),
)
