"""The product's app and a bare FastAPI route in one process, so that one is measured against the other."""

from starlette.types import Receive, Scope, Send

from benchmarks.bare import bare, serve
from portal.app import create_app
from portal.settings import settings

product = create_app()


async def both(scope: Scope, receive: Receive, send: Send) -> None:
    """Hands each request to its app."""
    await (bare if scope.get("path") == "/bare" else product)(scope, receive, send)


if __name__ == "__main__":
    serve(both, settings().port)
