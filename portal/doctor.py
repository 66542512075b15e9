"""What `insighthub doctor` looks at: all that /readyz asks, and what a page can do without for a while."""

import asyncio

from redis.asyncio import Redis
from redis.exceptions import RedisError

from analytics.collect.geo import NOWHERE, locate
from analytics.settings import settings as analytics_settings
from portal.health import Check, check_all
from portal.worker import celery_app
from tenancy import domain_dns
from tenancy.errors import InsightHubError
from tenancy.settings import settings
from themes.mail.servers import server_of_url, try_server
from themes.settings import settings as theme_settings


async def examine() -> list[Check]:
    """Every dependency, with a sentence for each."""
    answers = await check_all()
    behind_redis = []
    # Celery waits for its broker for as long as it takes.
    if all(check.ok for check in answers if check.name == "redis"):
        behind_redis = [await _redis_keeps(), await asyncio.to_thread(_worker)]
    return [*answers, *behind_redis, await asyncio.to_thread(_mail), _cities(), await _domains()]


async def _redis_keeps() -> Check:
    """Events wait in Redis: one that forgets under pressure or with its process loses them."""
    name = "redis keeps events"
    try:
        async with Redis.from_url(settings().redis_url, socket_timeout=2, decode_responses=True) as redis:
            appends = (await redis.config_get("appendonly")).get("appendonly")
            policy = (await redis.config_get("maxmemory-policy")).get("maxmemory-policy")
    except (RedisError, OSError):
        return Check(name, True, "It does not say; make sure that it has appendonly yes and noeviction.")
    if (appends, policy) != ("yes", "noeviction"):
        return Check(name, False, f"Set appendonly to yes and maxmemory-policy to noeviction, not {policy}.")
    return Check(name, True, "It writes an append-only file and evicts nothing.")


def _worker() -> Check:
    try:
        answers = celery_app.control.ping(timeout=2)
    except Exception as error:
        return Check("worker", False, f"It cannot be asked: {type(error).__name__}.")
    if not answers:
        return Check(
            "worker", False, "No worker responds: background jobs do not run. Start `insighthub worker`."
        )
    return Check("worker", True, f"{len(answers)} running.")


def _mail() -> Check:
    """Without mail nobody can be invited, and nobody who forgot a password comes back."""
    ours = theme_settings()
    if not ours.smtp_url and ours.mail_dir is not None:
        return Check(
            "mail", True, f"Emails are not sent: they stay in {ours.mail_dir}. Set SMTP_URL to send them."
        )
    if not ours.smtp_url:
        return Check("mail", False, "No emails are sent: set SMTP_URL and MAIL_FROM. See docs/production.md.")
    try:
        server = server_of_url(ours.smtp_url)
        try_server(server, hello=settings().platform_host)
    except InsightHubError as error:
        return Check("mail", False, error.message)
    if "@" not in ours.mail_from:
        return Check("mail", False, "Set MAIL_FROM to the address that the platform's emails come from.")
    return Check("mail", True, f"{server.host} accepts emails, from {ours.mail_from}.")


def _cities() -> Check:
    if locate(_KNOWN_ADDRESS) != NOWHERE:
        return Check("cities", True, "Countries, regions and cities are found.")
    chosen = analytics_settings().geoip_db
    if chosen is None:
        return Check("cities", True, "Off: there is no city database, so places stay empty. See GEOIP_DB.")
    return Check("cities", False, f"GEOIP_DB {chosen} cannot be read: places stay empty.")


async def _domains() -> Check:
    if settings().is_development:
        return Check("domains", True, "Off: on this machine every *.localhost name works without setup.")
    if not settings().domain_target:
        named = f"without it the DNS records of agencies name {settings().platform_host}."
        return Check("domains", False, f"Set DOMAIN_TARGET to a name that names nobody: {named}")
    target = settings().target_host
    try:
        addresses = await domain_dns.addresses(target)
    except domain_dns.DnsSilent:
        return Check("domains", False, "No name server responds: no agency can set up a domain.")
    if not addresses:
        return Check("domains", False, f"DOMAIN_TARGET {target} points nowhere, and agencies point to it.")
    return Check("domains", True, f"Agencies point to {target}, which points to {', '.join(addresses)}.")


# Google's resolver: every database of places has it.
_KNOWN_ADDRESS = "8.8.8.8"
