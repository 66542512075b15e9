"""GET /internal/tls-allowed: the proxy asks whether it may get a certificate for a name."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from analytics.collect.addresses import parsed_address
from analytics.settings import settings as analytics_settings
from portal.hosts import TLS_ALLOWED, nobody
from tenancy.domains import resolve_host
from tenancy.errors import Invalid
from tenancy.site_fields import checked_host

router = APIRouter(include_in_schema=False)


@router.get(TLS_ALLOWED, response_model=None)
async def tls_allowed(request: Request, domain: str = "") -> Response:
    """200 for a host that we serve, 403 for any other; for whoever is not our proxy there is nothing here."""
    if not _is_our_proxy(request):
        return nobody()
    try:
        found = await resolve_host(checked_host(domain, field="domain"))
    except Invalid:
        found = None
    return PlainTextResponse("no", 403) if found is None else PlainTextResponse("yes")


# A proxy that passes a stranger's request on says so; when it asks for itself, it has nobody to name.
_PASSED_ON = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded")


def _is_our_proxy(request: Request) -> bool:
    peer = parsed_address(request.client.host) if request.client else None
    if peer is None or any(name in request.headers for name in _PASSED_ON):
        return False
    return peer.is_loopback or any(peer in network for network in analytics_settings().proxy_networks())
