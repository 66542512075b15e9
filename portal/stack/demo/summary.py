"""What the terminal says once the sample world is up: where to look, and as whom."""

from portal.stack.demo.cast import DIRECT, RESELLERS, SHOP_HOST, sample_sites
from portal.stack.demo.world import OPERATOR
from tenancy.domains import base_url
from tenancy.passwords import DEMO_PASSWORD
from tenancy.settings import settings


def summary() -> list[str]:
    """Addresses and accounts, as aligned lines."""
    platform = base_url(settings().platform_host)
    rows = [(platform, "The platform", OPERATOR)]
    for agency in RESELLERS:
        others = ", ".join(f"{person.address}@" for person in agency.people[1:])
        rows.append((base_url(agency.host), f"{agency.name}, an agency", f"owner@{agency.host}"))
        rows.append(("", "", f"  also {others}"))
        rows += [("", f"  {client.name}", f"owner@{client.mail}, viewer@") for client in agency.clients]
    rows.append((platform, f"{DIRECT.name}, without an agency", f"owner@{DIRECT.mail}, viewer@"))
    shop = sample_sites()[SHOP_HOST]
    rows.append((base_url(SHOP_HOST), "A shop to click through", f"its visits show under {shop.name}"))
    return [
        "",
        "The sample world is ready. Ctrl-C stops everything.",
        f"Every account has the password {DEMO_PASSWORD}",
        "",
        *_aligned([("Address", "What is there", "Account"), *rows]),
        "",
    ]


def _aligned(rows: list[tuple[str, str, str]]) -> list[str]:
    first, second = (max(len(row[column]) for row in rows) + 2 for column in (0, 1))
    return [f"{row[0]:{first}}{row[1]:{second}}{row[2]}".rstrip() for row in rows]
