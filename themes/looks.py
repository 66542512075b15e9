"""Whose look an organisation has: its own settings over those of its realm, where it may have its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from tenancy.cache import ReadThrough
from tenancy.db import system_session
from tenancy.errors import NotFound
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, on_change
from tenancy.roles import OrganizationKind
from themes.theme import Theme, platform_theme, theme_from_document

CLIENT_FIELDS = frozenset({"name", "primary_color", "accent_color", "logo_light", "logo_dark"})
"""What a client can have of its own; all else is its reseller's."""

Document = Mapping[str, Any] | None


def merged(realm: Document, own: Document) -> Document:
    """The realm's document with a client's own name, colours and logos over it, each where it has one."""
    kept = {name: value for name, value in (own or {}).items() if name in CLIENT_FIELDS and value is not None}
    if not kept:
        return realm
    below = dict(realm or {})
    if _LOGOS & kept.keys():
        # One logo is for both sides: another company's on dark pages would be worse than a pale one.
        below = {name: value for name, value in below.items() if name not in _LOGOS}
    return {**below, **kept}


def theme_of(kind: OrganizationKind, name: str, realm: Document, own: Document) -> Theme:
    """How an organisation of this kind looks; `name` stands where no document has one."""
    if kind is OrganizationKind.PLATFORM:
        return platform_theme(realm)
    return theme_from_document(merged(realm, own), name)


@dataclass(frozen=True, slots=True)
class Look:
    """What makes up a look: the document of the organisation's realm, and its own where it is a client."""

    organization: str
    realm: str
    realm_kind: OrganizationKind
    realm_name: str
    above: Document
    own: Document

    @property
    def theme(self) -> Theme:
        """The two together."""
        return theme_of(self.realm_kind, self.realm_name, self.above, self.own)


async def look_of(organization_id: OrganizationId) -> Look:
    """Answers from memory mostly. Raises NotFound."""
    found = await _looks.get(str(organization_id))
    if found is None:
        raise NotFound()
    return found.look


async def theme_for(organization_id: OrganizationId) -> Theme:
    """How pages, mails and reports for the people of an organisation look. Answers from memory mostly."""
    found = await _looks.get(str(organization_id))
    if found is None:
        raise NotFound()
    return found.theme


_LOGOS = frozenset({"logo_light", "logo_dark"})


class _Known(NamedTuple):
    look: Look
    theme: Theme


_LOOK = text("""
SELECT o.kind, o.realm_id, realm.kind AS realm_kind, realm.name AS realm_name,
       above.document AS above, own.document AS own
  FROM organizations o
  JOIN organizations realm ON realm.id = o.realm_id
  LEFT JOIN themes above ON above.organization_id = o.realm_id
  LEFT JOIN themes own ON own.organization_id = o.id AND o.id <> o.realm_id
 WHERE o.id = :organization
""")


async def _fetch(organization: str) -> _Known | None:
    async with system_session(reason="how an organisation looks") as db:
        row = (await db.execute(_LOOK, {"organization": UUID(organization)})).one_or_none()
    if row is None:
        return None
    # A direct customer is at home with the platform, and sees its look.
    own = row.own if row.kind == OrganizationKind.CLIENT else None
    look = Look(
        organization, str(row.realm_id), OrganizationKind(row.realm_kind), row.realm_name, row.above, own
    )
    return _Known(look, look.theme)


_looks = ReadThrough(_fetch, fresh_s=60, stale_s=3600)


def _forget(organization: str) -> None:
    if organization:
        _looks.forget_where(lambda known: organization in {known.look.organization, known.look.realm})
    else:
        _looks.forget("")


on_change(Channel.BRAND, _forget)
