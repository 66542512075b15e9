"""An OpenID Connect provider that listens on this machine: oidc-provider-mock, made as strict as others."""

import logging
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import oidc_provider_mock
import werkzeug.serving


class OidcProvider:
    """Knows people by their subject, and vouches for whoever says to be one of them."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.redirect_uris: list[str] = []
        self.clients: set[str] | None = None
        """Those that it knows; None for any."""

    def knows(self, subject: str, **claims: Any) -> None:
        """Somebody with an account there; their address is vouched for unless the claims say otherwise."""
        claims = {"email": f"{subject}@example.com", "email_verified": True, "name": "Kim Doe"} | claims
        httpx.put(f"{self.issuer}/users/{subject}", json=claims, timeout=60).raise_for_status()

    def lets_in(self, url: str, subject: str) -> str:
        """Somebody signs in there, at the address they were sent to; where the provider sends them."""
        self.redirect_uris += parse_qs(urlsplit(url).query)["redirect_uri"]
        answer = httpx.post(url, data={"sub": subject}, timeout=60)
        assert answer.is_redirect, answer.text
        return answer.headers["location"]


@contextmanager
def running() -> Iterator[OidcProvider]:
    """A provider, for as long as the block runs."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = oidc_provider_mock.app(require_nonce=True)
    server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True)
    provider = OidcProvider(server.server_port)
    _make_strict(app, provider)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _make_strict(app: flask.Flask, provider: OidcProvider) -> None:
    """Checks the client and PKCE, which the mock takes no notice of."""
    challenges: dict[str, str] = {}

    @app.after_request
    def remember(answer: flask.Response) -> flask.Response:
        sent_to = parse_qs(urlsplit(answer.headers.get("location", "")).query)
        if "code" in sent_to:
            assert flask.request.args["code_challenge_method"] == "S256"
            challenges[sent_to["code"][0]] = flask.request.args["code_challenge"]
        return answer

    @app.before_request
    def check() -> tuple[dict[str, str], int] | None:
        if flask.request.path != "/oauth2/token":
            return None
        client = flask.request.authorization
        if provider.clients is not None and (client is None or client.username not in provider.clients):
            return {"error": "invalid_client"}, 401
        digest = sha256(flask.request.form["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        right = challenges.get(flask.request.form["code"]) == challenge
        return None if right else ({"error": "invalid_grant"}, 400)
