"""What the portal does when nobody waits for it: people are told of what happened without them."""

from celery import shared_task

from portal.domain_notices import tell_of_domains as domains
from portal.usage_notices import tell_of_usage as usage
from tenancy.db import run_alone


@shared_task(name="portal.tell_of_domains")  # type: ignore[untyped-decorator]
def tell_of_domains() -> int:
    """Mails about domains that fail, or came to work, and says of how many. Can run twice, also at once."""
    return run_alone(domains())


@shared_task(name="portal.tell_of_usage")  # type: ignore[untyped-decorator]
def tell_of_usage() -> int:
    """Mails about silent sites and limits, and says of how many. Can run twice, also at once."""
    return run_alone(usage())
