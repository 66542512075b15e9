"""An organisation's brand: reading it, saving it as a new version, going back to an old one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import audit, models
from tenancy.audit import Action, Target
from tenancy.db import after_commit
from tenancy.domains import hosts_changed
from tenancy.errors import Conflict, Forbidden, Invalid, NotFound
from tenancy.invalidation import Channel, publish
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind, Permission
from tenancy.text import gettext as _
from tenancy.viewer import Viewer
from themes import looks
from themes.looks import look_of
from themes.models import ThemeAsset, ThemeRow, ThemeVersion
from themes.pictures import AssetKind
from themes.theme import Theme, theme_document

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Brand:
    """document is what the organisation set itself, above what its realm did. version 0: nothing so far."""

    organization: OrganizationInfo
    realm_kind: OrganizationKind
    realm_name: str
    document: Document
    above: Document | None
    version: int

    @property
    def is_clients(self) -> bool:
        """Whether it is a client's, and so has only looks.CLIENT_FIELDS."""
        return self.organization.kind is OrganizationKind.CLIENT

    def theme(self, draft: Document) -> Theme:
        """How the organisation would look with this document. Raises Invalid, with the field."""
        if self.is_clients:
            return looks.theme_of(self.realm_kind, self.realm_name, self.above, draft)
        return looks.theme_of(self.realm_kind, self.realm_name, draft, None)


@dataclass(frozen=True, slots=True)
class BrandVersion:
    """One line of the history. author is empty for what was there before there was a history."""

    number: int
    document: Document
    author: str
    restored_from: int | None
    created_at: datetime


class BrandOutdated(Conflict):
    code = "brand_outdated"


async def get_brand(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo) -> Brand:
    """The brand of an organisation that the viewer may see. Raises Forbidden who may not change it."""
    viewer.require(Permission.MANAGE_BRAND)
    is_client = organization.kind is OrganizationKind.CLIENT
    # A client cannot see its reseller's rows: what stands above it comes from where pages have it.
    look = await look_of(organization.id)
    own_people = is_client and viewer.organization_id == organization.id
    if organization.kind is OrganizationKind.DIRECT or (own_people and not clients_may_brand(look.above)):
        raise Forbidden(_("Your agency manages how these pages look."))
    row = await db.get(ThemeRow, organization.id, populate_existing=True)
    return Brand(
        organization=organization,
        realm_kind=look.realm_kind,
        realm_name=look.realm_name,
        document=row.document if row else {},
        above=look.above if is_client else None,
        version=row.version if row else 0,
    )


async def save_brand(
    db: AsyncSession,
    viewer: Viewer,
    brand: Brand,
    document: Document,
    *,
    restored_from: int | None = None,
) -> Brand:
    """Makes the document the organisation's brand, as a new version.

    Raises Invalid for what a theme cannot be, BrandOutdated where somebody saved since `brand` was read.
    """
    viewer.require(Permission.MANAGE_BRAND)
    kept = await _checked(db, brand, document)
    organization = brand.organization
    number = brand.version + 1
    await db.execute(_KEEP_WHAT_WAS, {"organization": organization.id})
    await _replace(db, brand, kept)
    db.add(
        ThemeVersion(
            organization_id=organization.id,
            number=number,
            document=kept,
            author=viewer.name,
            restored_from=restored_from,
        )
    )
    await _store_language(db, brand, kept)
    await db.execute(_FORGET_UNUSED, {"organization": organization.id})
    await audit.record(
        db,
        viewer,
        Action.BRAND_RESTORED if restored_from is not None else Action.BRAND_CHANGED,
        Target(organization.public_id, organization.name),
        organization_id=organization.id,
        details={"version": number, "changed": _changed(brand.document, kept)},
    )
    await hosts_changed(db, organization.id)
    after_commit(db, publish, Channel.BRAND, str(organization.id))
    return Brand(organization, brand.realm_kind, brand.realm_name, kept, brand.above, number)


async def restore_brand(db: AsyncSession, viewer: Viewer, brand: Brand, number: int) -> Brand:
    """Makes an old version the brand again, as a new one."""
    version = await get_version(db, brand, number)
    return await save_brand(db, viewer, brand, version.document, restored_from=number)


async def brand_versions(db: AsyncSession, brand: Brand, *, limit: int = 50) -> list[BrandVersion]:
    """The history, newest first."""
    rows = await db.scalars(
        select(ThemeVersion)
        .where(ThemeVersion.organization_id == brand.organization.id)
        .order_by(ThemeVersion.number.desc())
        .limit(limit)
    )
    return [_version(row) for row in rows]


async def get_version(db: AsyncSession, brand: Brand, number: int) -> BrandVersion:
    """One version; NotFound where there is none of that number."""
    row = await db.get(ThemeVersion, (brand.organization.id, number))
    if row is None:
        raise NotFound()
    return _version(row)


def clients_may_brand(realm_document: Document | None) -> bool:
    """Whether a reseller lets its clients' people set their own look."""
    return bool((realm_document or {}).get("clients_may_brand"))


# A brand from before there was a history is its first entry.
_KEEP_WHAT_WAS = text("""
INSERT INTO theme_versions (organization_id, number, document, author, created_at)
SELECT organization_id, version, document, '', updated_at FROM themes WHERE organization_id = :organization
ON CONFLICT DO NOTHING
""")

# Pictures that were tried and not saved; what any version shows stays, so that one can go back to it.
_FORGET_UNUSED = text("""
DELETE FROM theme_assets a
 WHERE a.organization_id = :organization AND a.created_at < now() - interval '1 day'
   AND NOT EXISTS (SELECT FROM theme_versions v
                    WHERE v.organization_id = a.organization_id AND strpos(v.document::text, a.digest) > 0)
""")
_SERVED_ANYWAY = frozenset({"s.js", "ih.js"})
_MOST_FORMER_SCRIPTS = 50


async def _replace(db: AsyncSession, brand: Brand, document: Document) -> None:
    organization_id = brand.organization.id
    done: int | None
    if brand.version == 0:
        new = insert(ThemeRow).values(organization_id=organization_id, document=document, version=1)
        done = await db.scalar(new.on_conflict_do_nothing().returning(ThemeRow.version))
    else:
        done = await db.scalar(
            update(ThemeRow)
            .where(ThemeRow.organization_id == organization_id, ThemeRow.version == brand.version)
            .values(document=document, version=brand.version + 1, updated_at=func.now())
            .returning(ThemeRow.version)
        )
    if done is None:
        latest = (await brand_versions(db, brand, limit=1))[0]
        raise BrandOutdated(
            _(
                "{name} saved version {number} in the meantime, so yours was not saved. Load the new "
                "version to see it, or overwrite it with yours."
            ).format(name=latest.author, number=latest.number)
        )


async def _checked(db: AsyncSession, brand: Brand, document: Document) -> dict[str, Any]:
    """The document as it is stored. Raises Invalid, with the field."""
    whole = theme_document(brand.theme(document))
    if brand.is_clients:
        if foreign := sorted(set(document) - looks.CLIENT_FIELDS):
            raise Invalid(
                _("A client has its own name, logos and colours; everything else is yours."), field=foreign[0]
            )
        whole = {field: whole[field] for field, value in document.items() if value is not None}
    else:
        _keep_script_names(brand, whole)
    await _check_pictures(db, brand, whole)
    return whole


def _keep_script_names(brand: Brand, whole: dict[str, Any]) -> None:
    """Pages out there ask for the script by the name that it had when their snippet was copied."""
    name = whole["script_file"]
    if name == "ih.js" and brand.realm_kind is not OrganizationKind.PLATFORM:
        raise Invalid(_("That name is already taken. Please choose another."), field="script_file")
    former = [*whole["former_script_files"], *brand.document.get("former_script_files", ())]
    former.append(brand.document.get("script_file") or "s.js")
    kept = [one for one in dict.fromkeys(former) if one not in _SERVED_ANYWAY and one != name]
    whole["former_script_files"] = kept[-_MOST_FORMER_SCRIPTS:]


async def _check_pictures(db: AsyncSession, brand: Brand, whole: Document) -> None:
    wanted = {str(kind): whole[kind] for kind in AssetKind if whole.get(kind)}
    if not wanted:
        return
    stored = set(
        await db.scalars(
            select(ThemeAsset.digest).where(
                ThemeAsset.organization_id == brand.organization.id, ThemeAsset.digest.in_(wanted.values())
            )
        )
    )
    for field, digest in wanted.items():
        if digest not in stored:
            raise Invalid(_("That picture no longer exists. Please choose it again."), field=field)


async def _store_language(db: AsyncSession, brand: Brand, document: Document) -> None:
    """Whoever asks for an organisation's language, such as mails, finds it there."""
    if not brand.is_clients:
        await db.execute(
            update(models.Organization)
            .where(models.Organization.id == brand.organization.id)
            .values(locale=document.get("language"))
        )


def _changed(before: Document, after: Document) -> list[str]:
    return sorted(field for field in before.keys() | after.keys() if before.get(field) != after.get(field))


def _version(row: ThemeVersion) -> BrandVersion:
    return BrandVersion(row.number, row.document, row.author, row.restored_from, row.created_at)
