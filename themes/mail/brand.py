"""Under which brand a mail goes out: the organisation's theme, its host for links, its time zone."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.domains import base_url, primary_host
from tenancy.errors import NotFound
from tenancy.ids import OrganizationId
from tenancy.roles import OrganizationKind
from themes.looks import theme_of
from themes.theme import Theme


@dataclass(frozen=True, slots=True)
class MailBrand:
    """What a mail to this organisation's people looks like. host is its own, else its reseller's."""

    organization_id: OrganizationId
    realm_id: OrganizationId
    is_platform: bool
    """Whether the platform itself writes: to its operators and its direct customers."""
    theme: Theme
    host: str
    base: str
    """What paths are put behind: https://metrics.agency.example."""
    locale: str
    timezone: str


async def mail_brand(db: AsyncSession, organization_id: OrganizationId | UUID) -> MailBrand:
    """The brand of mails to the organisation; db must see its reseller too where it is a client."""
    row = (await db.execute(_BRAND, {"organization": organization_id})).one_or_none()
    if row is None:
        raise NotFound()
    realm_kind = OrganizationKind(row.realm_kind)
    own = row.document if row.kind == OrganizationKind.CLIENT else None
    theme = theme_of(realm_kind, row.realm_name, row.realm_document, own)
    host = await primary_host(db, OrganizationId(row.id))
    return MailBrand(
        OrganizationId(row.id),
        OrganizationId(row.realm_id),
        realm_kind is OrganizationKind.PLATFORM,
        theme,
        host,
        base_url(host),
        row.locale,
        row.timezone,
    )


_BRAND = text("""
SELECT o.id, o.realm_id, o.kind, coalesce(o.locale, realm.locale, 'en') AS locale, o.timezone,
       own.document,
       realm.kind AS realm_kind, realm.name AS realm_name, above.document AS realm_document
  FROM organizations o
  JOIN organizations realm ON realm.id = o.realm_id
  LEFT JOIN themes own ON own.organization_id = o.id
  LEFT JOIN themes above ON above.organization_id = realm.id
 WHERE o.id = :organization
""")
