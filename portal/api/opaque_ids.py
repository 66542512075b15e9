"""Ids for answers: the same for the same thing of a site, and of no use for anything else."""

import hmac
from hashlib import sha256
from typing import Literal

from tenancy.settings import settings
from tenancy.sites import Site


def opaque_id(site: Site, kind: Literal["visitor", "session"], stored: str) -> str:
    """A name that leads neither to the stored id nor to the same person on another site."""
    key = settings().secret_key.encode()
    return f"{kind[0]}_{hmac.new(key, f'{kind} {site.id} {stored}'.encode(), sha256).hexdigest()[:16]}"
