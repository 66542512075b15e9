"""Signing up: on hosts that allow it, once per address, and nobody learns who has an account."""

import asyncio
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.contracts import Contract, change_contract
from tenancy.db import session, system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Invalid, TooManyTries
from tenancy.invalidation import Channel, publish
from tenancy.login import EmailNotConfirmed, sign_in
from tenancy.rate_limits import SIGN_UPS_PER_EMAIL
from tenancy.roles import OrganizationKind, Role
from tenancy.sign_up import SignedUp, SignUpClosed, confirm_email, sign_up
from tests.factories import (
    MadeOrganization,
    a_viewer,
    host_of,
    make_reseller,
    make_user,
    the_platform,
    unique,
)

PASSWORD = "a long sentence of mine"
_numbers = count(1)


def an_address() -> str:
    number = next(_numbers)
    return f"198.18.{number // 250}.{number % 250 + 1}"


async def open_agency() -> tuple[MadeOrganization, HostOrganization]:
    """An agency that lets people sign up."""
    agency = await make_reseller()
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE organizations SET allows_sign_up = true WHERE id = :id"), {"id": agency.id}
        )
    await publish(Channel.HOST, agency.host)
    return agency, await host_of(agency)


async def signs_up(host: HostOrganization, email: str, **fields: str) -> SignedUp | None:
    given = {"name": "Kim Doe", "password": PASSWORD, "organization_name": "Shop Ltd"} | fields
    return await sign_up(
        host,
        name=given["name"],
        email=email,
        password=given["password"],
        organization_name=given["organization_name"],
        address=an_address(),
        then=without_mail,
    )


async def without_mail(db: AsyncSession, signed_up: SignedUp) -> None:
    """What pages do here is told in tests/portal/test_accounts.py."""


async def confirmed(made: SignedUp, email: str | None = None) -> bool:
    async with system_session(reason="test") as db:
        return await confirm_email(db, made.user_id, email or made.email)


async def test_on_the_platform_one_becomes_a_direct_customer_once_the_address_is_confirmed() -> None:
    host = await host_of(await the_platform())
    email = f"{unique('kim')}@Example.com"

    made = await signs_up(host, email, organization_name="  Shop   Ltd ")

    assert made is not None
    with pytest.raises(EmailNotConfirmed):
        await sign_in(host, email, PASSWORD, an_address())
    assert await confirmed(made)
    viewer, _token = await sign_in(host, email, PASSWORD, an_address())
    assert (viewer.role, viewer.organization_kind) == (Role.OWNER, OrganizationKind.DIRECT)
    assert (viewer.organization_name, viewer.organization_id) == ("Shop Ltd", made.organization_id)


async def test_on_an_agencys_host_one_becomes_its_client_where_it_allows_it() -> None:
    agency, host = await open_agency()
    email = f"{unique('kim')}@example.com"

    made = await signs_up(host, email)

    assert made is not None
    await confirmed(made)
    viewer, _token = await sign_in(host, email, PASSWORD, an_address())
    assert (viewer.role, viewer.organization_kind) == (Role.OWNER, OrganizationKind.CLIENT)
    assert viewer.host_organization_id == agency.id
    with pytest.raises(SignUpClosed):
        await signs_up(await host_of(await make_reseller()), email)


async def test_an_agency_without_a_place_left_takes_nobody_and_says_nothing_of_its_contract() -> None:
    agency, host = await open_agency()
    operator = a_viewer(await the_platform())
    async with session(operator) as db:
        await change_contract(db, operator, agency.id, Contract(max_sub_organizations=2))
    emails = [f"{unique('kim')}@example.com" for _ in range(4)]

    outcomes = await asyncio.gather(
        *(signs_up(host, email, organization_name=unique("Shop")) for email in emails), return_exceptions=True
    )

    assert [type(one) for one in outcomes if not isinstance(one, SignedUp)] == [SignUpClosed] * 2
    for email in emails:
        with pytest.raises(SignUpClosed, match="Ask for an invitation"):
            await signs_up(host, email)


async def test_who_has_an_account_changes_nothing_by_signing_up_again() -> None:
    agency, host = await open_agency()
    owner = await make_user(agency)

    assert await signs_up(host, owner.email.upper(), organization_name=unique("Second")) is None

    viewer, _token = await sign_in(host, owner.email, owner.password, an_address())
    assert viewer.organization_id == agency.id
    async with system_session(reason="test") as db:
        below = await db.scalar(
            text("SELECT count(*) FROM organizations WHERE parent_id = :id"), {"id": agency.id}
        )
    assert below == 0


async def test_of_two_who_sign_up_at_once_one_gets_an_account_and_nothing_is_left_of_the_other() -> None:
    agency, host = await open_agency()
    email = f"{unique('kim')}@example.com"

    made = await asyncio.gather(*(signs_up(host, email, organization_name=unique("Shop")) for _ in range(4)))

    assert sum(one is not None for one in made) == 1
    async with system_session(reason="test") as db:
        below = await db.scalar(
            text("SELECT count(*) FROM organizations WHERE parent_id = :id"), {"id": agency.id}
        )
    assert below == 1


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("email", {"email": "nobody"}),
        ("name", {"name": " "}),
        ("organization_name", {"organization_name": ""}),
        ("password", {"password": "short"}),
    ],
)
async def test_what_is_wrong_is_named(field: str, fields: dict[str, str]) -> None:
    host = await host_of(await the_platform())
    email = fields.get("email", f"{unique('kim')}@example.com")

    with pytest.raises(Invalid) as found:
        await signs_up(host, email, **{name: value for name, value in fields.items() if name != "email"})
    assert found.value.field == field


async def test_nobody_is_signed_up_over_and_over() -> None:
    _agency, host = await open_agency()
    email = f"{unique('kim')}@example.com"

    for _ in range(SIGN_UPS_PER_EMAIL.amount):
        await signs_up(host, email)

    with pytest.raises(TooManyTries):
        await signs_up(host, email)


async def test_an_address_that_has_changed_is_not_confirmed_by_an_old_link() -> None:
    _agency, host = await open_agency()
    made = await signs_up(host, f"{unique('kim')}@example.com")

    assert made is not None
    assert not await confirmed(made, "another@example.com")
