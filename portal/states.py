"""/healthz and /readyz: for whoever watches over our processes."""

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from portal.health import check_all

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> PlainTextResponse:
    """Alive: this process answers."""
    return PlainTextResponse("ok")


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz() -> JSONResponse:
    """Ready: each dependency by name, 503 when one is down."""
    checks = await check_all()
    for check in checks:
        if not check.ok:
            log.warning("readyz.down", dependency=check.name, reason=check.sentence)
    # Every host answers this to everybody: what a driver says about hosts and roles stays in the log.
    body = {
        check.name: {"ok": check.ok, "detail": check.sentence if check.ok else "It is not ready."}
        for check in checks
    }
    return JSONResponse(body, 200 if all(check.ok for check in checks) else 503)
