"""A program that asks the API on one host, with a token once it has signed in."""

from itertools import count
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tenancy.login import session_cookie
from tests.factories import MadeUser, session_of

_addresses = count(1)


class Program:
    """Each has a network address of its own, so that limits on one do not hinder another."""

    def __init__(self, app: FastAPI, host: str) -> None:
        number = next(_addresses)
        # In one /48, which is one place to sign in from, and so for limits one each in a /64.
        self.address = f"2001:db8:0:{number:x}::1"
        transport = ASGITransport(app, client=(self.address, 40_000))
        self._client = AsyncClient(transport=transport, base_url=f"http://{host}")

    async def sign_in(self, user: MadeUser) -> str:
        """Signs in, and sends the token along from now on."""
        answer = await self.post("/api/auth/login", {"email": user.email, "password": user.password})
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        self.bears(token)
        return token

    async def open_browser(self, user: MadeUser) -> str:
        """Signs in as a browser does, with a cookie that opens the pages; its value."""
        token = await session_of(user)
        self._client.cookies.set(session_cookie(), token)
        return token

    def keeps(self, name: str, value: str) -> None:
        """A cookie that is there from now on."""
        self._client.cookies.set(name, value)

    def cookie(self, name: str) -> str:
        """The value of a cookie."""
        return self._client.cookies[name]

    def bears(self, token: str) -> None:
        """Sends this token along from now on."""
        self._client.headers["authorization"] = f"Bearer {token}"

    async def get(self, path: str, **parameters: str) -> Response:
        return await self._client.get(path, params=parameters or None)

    async def post(self, path: str, body: Any = None) -> Response:
        return await self._client.post(path, json=body)

    async def patch(self, path: str, body: Any) -> Response:
        return await self._client.patch(path, json=body)

    async def delete(self, path: str) -> Response:
        return await self._client.delete(path)

    async def request(self, method: str, path: str, **details: Any) -> Response:
        """Anything else."""
        return await self._client.request(method, path, **details)

    async def close(self) -> None:
        await self._client.aclose()
