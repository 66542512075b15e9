"""People with an account at an OpenID Connect provider, and a browser that leads there and back."""

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tenancy.csrf import token_for
from tenancy.db import session
from tenancy.identity_providers import ProviderForm, own_providers, save_provider
from tenancy.login import session_cookie
from tests.factories import MadeOrganization, a_viewer, unique
from tests.oidc_provider import OidcProvider

OVER = "That took too long, or began in another browser. Please try again."


class Browser:
    """A browser without JavaScript, which keeps the cookies of each host apart."""

    def __init__(self, app: FastAPI, provider: OidcProvider, host: str) -> None:
        self._client = AsyncClient(transport=ASGITransport(app, client=(f"198.19.7.{len(host)}", 40_000)))
        self._provider = provider
        self.host = host
        self.hosts: list[str] = []

    async def opens(self, address: str) -> Response:
        """A path of the host, or an address; goes nowhere else by itself."""
        return await self._client.get(address if "://" in address else f"http://{self.host}{address}")

    async def sends(self, path: str, **fields: str) -> Response:
        """A form."""
        return await self._client.post(f"http://{self.host}{path}", data=fields)

    async def leaves(self, key: str = "oidc", next: str = "/sites") -> str:
        """Presses the button on the page to sign in; the address of the provider."""
        answer = await self.opens(f"/auth/start?provider={key}&next={next}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def comes_back(self, address: str) -> Response:
        """Goes where it is sent until there is a page."""
        while True:
            answer = await self.opens(address)
            self.hosts.append(answer.request.url.host)
            if not answer.is_redirect:
                return answer
            address = str(answer.request.url.join(answer.headers["location"]))

    async def signs_in(self, subject: str, key: str = "oidc") -> Response:
        """All the way."""
        return await self.comes_back(self._provider.lets_in(await self.leaves(key), subject))

    async def is_handed_over(self, subject: str) -> str:
        """Comes back as far as the address with the one-time code, and does not open that."""
        answer = await self.opens(self._provider.lets_in(await self.leaves(), subject))
        return str(answer.headers["location"])

    def is_signed_in_on(self) -> set[str]:
        return {cookie.domain for cookie in self._client.cookies.jar if cookie.name == session_cookie()}

    def drops_its_session(self) -> None:
        self._client.cookies.delete(session_cookie())

    def holds(self, token: str) -> None:
        """The cookie of a session."""
        self._client.cookies.set(session_cookie(), token, domain=self.host)

    async def close(self) -> None:
        await self._client.aclose()


def known(provider: OidcProvider, **claims: object) -> str:
    """Somebody whom the provider knows."""
    subject = unique("somebody")
    provider.knows(subject, **claims)
    return subject


async def own_provider(agency: MadeOrganization, provider: OidcProvider, **fields: object) -> str:
    """The agency's own client at the provider; its key."""
    viewer = a_viewer(agency)
    form = {"name": "Northwind", "issuer": provider.issuer, "client_id": "own", "client_secret": "s3cret"}
    async with session(viewer) as db:
        await save_provider(db, viewer, ProviderForm(**form | fields))  # type: ignore[arg-type]
        [made] = await own_providers(db, viewer)
    return made.key


async def connects(browser: Browser, provider: OidcProvider, token: str, subject: str) -> Response:
    """From the page about security to the provider and back."""
    left = await browser.opens(f"/auth/link?provider=oidc&form={token_for(token)}")
    return await browser.comes_back(provider.lets_in(left.headers["location"], subject))


async def says(browser: Browser, address: str, sentence: str) -> None:
    """Ends on the page to sign in, which says why."""
    page = await browser.comes_back(address)
    assert (page.status_code, sentence in page.text) == (400, True), page.text
    assert 'action="/login"' in page.text
