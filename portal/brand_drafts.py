"""Brands that somebody is working on, unsaved: kept for hours, for previews in the same session alone."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from redis.exceptions import RedisError

from tenancy.errors import Unavailable
from tenancy.ids import OrganizationId
from tenancy.invalidation import redis
from tenancy.viewer import Viewer

KEPT_S = 4 * 60 * 60


def new_draft() -> str:
    """The key of a draft that nobody can guess."""
    return secrets.token_urlsafe(18)


async def keep_draft(
    viewer: Viewer, organization_id: OrganizationId, key: str, document: Mapping[str, Any]
) -> None:
    """Keeps the draft as it is now. Raises Unavailable."""
    try:
        await redis().set(_name(viewer, organization_id, key), json.dumps(document), ex=KEPT_S)
    except (RedisError, OSError) as error:
        raise Unavailable() from error


async def read_draft(viewer: Viewer, organization_id: OrganizationId, key: str) -> dict[str, Any] | None:
    """The draft, for the session that keeps it; None once it is forgotten. Raises Unavailable."""
    try:
        kept = await redis().get(_name(viewer, organization_id, key))
    except (RedisError, OSError) as error:
        raise Unavailable() from error
    return json.loads(kept) if kept else None


def _name(viewer: Viewer, organization_id: OrganizationId, key: str) -> str:
    return f"brand-draft:{viewer.session_id}:{organization_id}:{key}"
