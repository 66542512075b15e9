"""An agency's own providers: who may set them up, what is kept of them, and what a check of one says."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from tenancy.audit import Action, Search, entries
from tenancy.db import session
from tenancy.errors import Conflict, Forbidden, InsightHubError, Invalid, NotFound
from tenancy.identities import LastWayIn, identities_of, link_identity, unlink_identity
from tenancy.identity_providers import (
    Provider,
    ProviderForm,
    ProviderTaken,
    own_provider,
    own_providers,
    remove_provider,
    save_provider,
)
from tenancy.openid import Person, check_provider
from tenancy.roles import Role
from tenancy.viewer import Viewer
from tests.factories import a_viewer, make_client, make_reseller, make_user, unique, viewer_of
from tests.oidc_provider import OidcProvider, running

pytestmark = pytest.mark.usefixtures("stack")


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with running() as provider:
        yield provider


def form(**fields: str) -> ProviderForm:
    usual = {
        "name": "Northwind",
        "issuer": "https://login.example.com",
        "client_id": "abc",
        "client_secret": "a secret",
    }
    return ProviderForm(**usual | fields)  # type: ignore[arg-type]


async def save(viewer: Viewer, sent: ProviderForm, key: str = "") -> Provider:
    async with session(viewer) as db:
        return await save_provider(db, viewer, sent, key)


async def test_the_owner_of_an_agency_alone_sets_one_up() -> None:
    agency = await make_reseller()
    for viewer in (a_viewer(agency, Role.ADMIN), a_viewer(await make_client(agency))):
        with pytest.raises(Forbidden):
            await save(viewer, form())
    made = await save(a_viewer(agency), form())

    stranger = a_viewer(await make_reseller())
    async with session(stranger) as db:
        assert await own_providers(db, stranger) == []
        with pytest.raises(NotFound):
            await own_provider(db, stranger, made.key)
        with pytest.raises(NotFound):
            await remove_provider(db, stranger, made.key)


async def test_the_secret_is_sealed_and_stays_until_another_is_sent() -> None:
    owner = a_viewer(await make_reseller())
    made = await save(owner, form(client_secret="very secret"))
    changed = await save(owner, form(name="Northwind ID", client_secret=""), made.key)

    assert (changed.key, changed.name, changed.client_secret) == (made.key, "Northwind ID", "very secret")
    assert "very secret" not in repr(changed)
    async with session(owner) as db:
        stored = await db.scalar(text("SELECT client_secret FROM identity_providers"))
        found = await entries(db, owner, Search())
    assert b"very secret" not in bytes(stored)
    assert [one.action for one in found] == [Action.PROVIDER_CHANGED] * 2
    assert "very secret" not in repr(found)

    # It would be sent to whatever server the form names.
    with pytest.raises(Invalid) as refused:
        await save(owner, form(issuer="https://elsewhere.example.com", client_secret=""), made.key)
    assert refused.value.field == "client_secret"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://login.example.com"),
        ("issuer", "https://login.example.com:8443"),
        ("issuer", "https://user@login.example.com"),
        ("issuer", "login.example.com"),
        ("issuer", "https://login.example.com?x=1"),
        ("client_id", " "),
        ("client_secret", ""),
        ("email_domains", "not a domain!"),
    ],
)
async def test_what_cannot_be_is_told_beside_its_field(field: str, value: str) -> None:
    owner = a_viewer(await make_reseller())
    with pytest.raises(Invalid) as refused:
        await save(owner, form(**{field: value}))
    assert refused.value.field == field


async def test_one_is_set_up_once_and_there_are_not_many() -> None:
    owner = a_viewer(await make_reseller())
    for number in range(5):
        await save(owner, form(issuer=f"https://login{number}.example.com"))
    with pytest.raises(Conflict, match="cannot add more"):
        await save(owner, form())
    async with session(owner) as db:
        await remove_provider(db, owner, (await own_providers(db, owner))[0].key)
    with pytest.raises(ProviderTaken):
        await save(owner, form(issuer="https://login1.example.com"))


async def test_a_check_says_what_is_wrong(provider: OidcProvider) -> None:
    issuer = provider.issuer
    found = {
        address: await said_of(address) for address in (issuer, f"{issuer}/nothing", "http://127.0.0.1:9")
    }
    assert list(found.values()) == [
        "",
        "No OpenID Connect provider responds at that address. Copy the issuer exactly.",
        "The provider is not responding. Check its address, or try again in a minute.",
    ]
    provider.clients = {"abc"}
    assert await said_of(issuer) == ""
    provider.clients = {"another"}
    assert await said_of(issuer) == "The provider does not accept the client ID or the secret."


async def said_of(issuer: str, *, trusted: bool = True) -> str:
    asked = Provider("key", "Name", issuer, "abc", "secret", trusted=trusted)
    try:
        await check_provider(asked, "http://agency.example/auth/callback")
    except InsightHubError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1",
        "https://localhost",
        "https://10.1.2.3",
        "https://169.254.169.254",
        "https://[::1]",
        "https://[::ffff:127.0.0.1]",
        "https://[64:ff9b::7f00:1]",
        "https://2130706433",
        "https://[fd00::1]",
    ],
)
async def test_a_tenants_address_never_leads_into_our_own_network(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(httpx, "AsyncHTTPTransport", Nowhere)
    assert await said_of(address, trusted=False) == "That is not a public https address."


class Nowhere(httpx.AsyncBaseTransport):
    """Must not be asked."""

    def __init__(self, **_options: object) -> None:
        pass

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)


async def test_the_last_way_in_stays() -> None:
    agency = await make_reseller()
    with_password = viewer_of(await make_user(agency))
    without = viewer_of(await make_user(agency, password=None))  # type: ignore[arg-type]
    made = Provider("oidc", "Acme ID", "https://login.example.com", "abc", "secret")
    for viewer in (with_password, without):
        person = Person(made.issuer, unique("subject"), viewer.email, viewer.name)
        await link_identity(viewer, made, person)
    [one] = await identities_of(with_password)
    [last] = await identities_of(without)

    with pytest.raises(NotFound):
        await unlink_identity(with_password, str(last.id))
    with pytest.raises(LastWayIn):
        await unlink_identity(without, str(last.id))
    await unlink_identity(with_password, str(one.id))

    assert await identities_of(with_password) == []
    assert await identities_of(without) == [last]
