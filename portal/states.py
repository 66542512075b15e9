"""/healthz and /readyz: for whoever watches over our processes."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from portal.health import check_all

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """Alive: this process answers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz() -> JSONResponse:
    """Ready: each dependency by name, 503 when one is down."""
    checks = await check_all()
    body = {check.name: {"ok": check.ok, "detail": check.sentence} for check in checks}
    return JSONResponse(body, 200 if all(check.ok for check in checks) else 503)
