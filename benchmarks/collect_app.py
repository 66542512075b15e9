"""The product's app and a bare FastAPI route in one process, so that one is measured against the other."""

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from portal.app import create_app
from portal.settings import settings

product = create_app()
bare = FastAPI()


@bare.post("/bare")
async def route() -> dict[str, bool]:
    """What the framework costs by itself."""
    return {"success": True}


async def both(scope: Scope, receive: Receive, send: Send) -> None:
    """Hands each request to its app."""
    await (bare if scope.get("path") == "/bare" else product)(scope, receive, send)


if __name__ == "__main__":
    uvicorn.run(both, host="127.0.0.1", port=settings().port, access_log=False, log_level="warning")
