"""The tables of tenancy. Rows stay in their packages; what travels between packages is frozen."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tenancy import ids

# PostgreSQL's own names, so that migrations in plain SQL and the models agree without spelling them out.
_NAMES = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


class Base(DeclarativeBase):
    """The tables of every package: one metadata, one history of migrations."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {str: Text(), datetime: DateTime(timezone=True), list[str]: ARRAY(Text())}


# As PostgreSQL writes it back, so that the comparison of models and database finds it equal.
_REALM = "CASE WHEN kind = ANY (ARRAY['platform'::text, 'reseller'::text]) THEN id ELSE parent_id END"


def _new_id() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=uuid4, server_default=func.gen_random_uuid())


def _organization() -> Mapped[UUID]:
    return mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))


def _now() -> Mapped[datetime]:
    return mapped_column(server_default=func.now())


class Organization(Base):
    """A tenant. realm_id is where its people's accounts live: itself, or the reseller or platform above."""

    __tablename__ = "organizations"
    __table_args__ = (
        UniqueConstraint("id", "realm_id"),
        UniqueConstraint("parent_id", "slug"),
        CheckConstraint("kind IN ('platform', 'reseller', 'client', 'direct')", name="kind"),
        CheckConstraint("(kind = 'platform') = (parent_id IS NULL)", name="parent"),
        CheckConstraint("plan IN ('free', 'starter', 'growth', 'enterprise')", name="plan"),
        Index(
            "organizations_one_platform_idx", "kind", unique=True, postgresql_where=text("kind = 'platform'")
        ),
    )

    id: Mapped[UUID] = _new_id()
    public_id: Mapped[str] = mapped_column(unique=True, default=ids.organization_public_id)
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    realm_id: Mapped[UUID] = mapped_column(Computed(_REALM, persisted=True))
    name: Mapped[str]
    slug: Mapped[str]
    locale: Mapped[str | None]
    """What its people are spoken to in; None where it has not chosen, and its reseller's choice counts."""
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    allows_sign_up: Mapped[bool] = mapped_column(server_default=text("false"))
    requires_second_factor: Mapped[bool] = mapped_column(server_default=text("false"))
    plan: Mapped[str | None]
    created_at: Mapped[datetime] = _now()


class OrgTree(Base):
    """Every organisation with each one above it and itself; kept by trigger."""

    __tablename__ = "org_tree"

    ancestor_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    descendant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    depth: Mapped[int]


class User(Base):
    """An account; organization_id is its realm. The password's hash can be written and not read back."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("id", "organization_id"),
        UniqueConstraint("organization_id", "email"),
        CheckConstraint("email = lower(email)", name="email"),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID] = _organization()
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    locale: Mapped[str | None]
    email_verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()


class Membership(Base):
    """What a person may do in an organisation of their realm."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id"),
        UniqueConstraint("id", "realm_id"),
        ForeignKeyConstraint(
            ["organization_id", "realm_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["user_id", "realm_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
        CheckConstraint("role IN ('owner', 'admin', 'billing', 'member', 'viewer', 'operator')", name="role"),
        CheckConstraint("sees_all_sites OR role = 'viewer'", name="sees_all_sites"),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(index=True)
    realm_id: Mapped[UUID]
    role: Mapped[str]
    sees_all_sites: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = _now()
    last_seen_at: Mapped[datetime | None]


class SiteAccess(Base):
    """A site on the list of a viewer who does not see all. organization_id is the site's."""

    __tablename__ = "site_access"
    __table_args__ = (
        ForeignKeyConstraint(
            ["membership_id", "realm_id"], ["memberships.id", "memberships.realm_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["site_id", "organization_id"],
            ["sites.id", "sites.organization_id"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "realm_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
    )

    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    realm_id: Mapped[UUID]
    organization_id: Mapped[UUID]


class Invitation(Base):
    """A link in a mail that makes whoever has that address a member. sites are public ids, NULL for all."""

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "realm_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("role IN ('owner', 'admin', 'billing', 'member', 'viewer', 'operator')", name="role"),
        CheckConstraint("sites IS NULL OR role = 'viewer'", name="sites"),
        Index(
            "invitations_open_idx",
            "organization_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID]
    realm_id: Mapped[UUID]
    email: Mapped[str]
    role: Mapped[str]
    sites: Mapped[list[str] | None]
    host: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    invited_by: Mapped[str]
    created_at: Mapped[datetime] = _now()
    sent_at: Mapped[datetime] = _now()
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Site(Base):
    """A website. number is what ClickHouse calls it, public_id the API, tracking_id its pages."""

    __tablename__ = "sites"
    __table_args__ = (
        UniqueConstraint("id", "organization_id"),
        CheckConstraint("visitor_mode IN ('cookieless', 'consent', 'persistent')", name="visitor_mode"),
    )

    id: Mapped[UUID] = _new_id()
    number: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=ids.site_public_id)
    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    domain: Mapped[str]
    tracking_id: Mapped[str] = mapped_column(unique=True, default=ids.tracking_id)
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    currency: Mapped[str] = mapped_column(server_default="USD")
    visitor_mode: Mapped[str] = mapped_column(server_default="cookieless")
    respect_dnt: Mapped[bool] = mapped_column(server_default=text("true"))
    allowed_hosts: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    first_event_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()
    deleted_at: Mapped[datetime | None]


class Domain(Base):
    """A host name that an organisation claims; only a verified one is served, and only one claim can be.

    ready_at is when all that it needs was first there: links carry it from then on. vouched rows were made by
    the platform and prove nothing. checks holds what was last seen of each item, as domain_checks writes it.
    """

    __tablename__ = "domains"
    __table_args__ = (
        UniqueConstraint("organization_id", "host", "purpose"),
        UniqueConstraint("id", "organization_id"),
        CheckConstraint("host = lower(host)", name="host"),
        CheckConstraint("purpose IN ('app', 'tracking', 'mail')", name="purpose"),
        Index(
            "domains_verified_host_idx",
            "host",
            unique=True,
            postgresql_where=text("verified_at IS NOT NULL AND purpose <> 'mail'"),
        ),
        Index(
            "domains_verified_mail_idx",
            "host",
            unique=True,
            postgresql_where=text("verified_at IS NOT NULL AND purpose = 'mail'"),
        ),
        Index(
            "domains_primary_idx",
            "organization_id",
            "purpose",
            unique=True,
            postgresql_where=text("is_primary"),
        ),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID] = _organization()
    host: Mapped[str]
    purpose: Mapped[str] = mapped_column(server_default="app")
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"))
    challenge: Mapped[str] = mapped_column(
        default=lambda: uuid4().hex,
        server_default=text("replace((gen_random_uuid())::text, '-'::text, ''::text)"),
    )
    vouched: Mapped[bool] = mapped_column(server_default=text("false"))
    verified_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    checks: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    checked_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    noticed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()


class DomainKey(Base):
    """The pair of keys that signs the mail of a domain; the private one is sealed."""

    __tablename__ = "domain_keys"
    __table_args__ = (
        ForeignKeyConstraint(
            ["domain_id", "organization_id"], ["domains.id", "domains.organization_id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID]
    domain_id: Mapped[UUID] = mapped_column(unique=True)
    selector: Mapped[str]
    public_key: Mapped[str]
    private_key: Mapped[bytes]
    created_at: Mapped[datetime] = _now()


class UserSession(Base):
    """Where a person is signed in, on the hosts of one organisation. organization_id is the realm.

    A browser holds the token that is hashed here; a program has none, and rows in refresh_tokens instead.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (
        UniqueConstraint("id", "organization_id"),
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["host_organization_id", "organization_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["chosen_organization_id", "organization_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(index=True)
    host_organization_id: Mapped[UUID]
    chosen_organization_id: Mapped[UUID | None]
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = _now()
    last_seen_at: Mapped[datetime] = _now()
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RefreshToken(Base):
    """A token that is good for one new one; rotated_at says when it was used. Its family is the session."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "organization_id"],
            ["user_sessions.id", "user_sessions.organization_id"],
            ondelete="CASCADE",
        ),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID]
    session_id: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = _now()
    expires_at: Mapped[datetime] = mapped_column(index=True)
    rotated_at: Mapped[datetime | None]


class ApiKey(Base):
    """A program's way into an organisation, or into one of its sites. Only its beginning is kept readable."""

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(
            ["site_id", "organization_id"], ["sites.id", "sites.organization_id"], ondelete="CASCADE"
        ),
        CheckConstraint(
            "scopes <@ ARRAY['read', 'write', 'admin'] AND cardinality(scopes) > 0", name="scopes"
        ),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), index=True
    )
    site_id: Mapped[UUID | None] = mapped_column(index=True)
    name: Mapped[str]
    shown: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = _now()
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """What somebody did in an organisation. Names stand as they were: who is gone by now is still named."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "organization_id", "at"),)

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID] = _organization()
    at: Mapped[datetime] = _now()
    action: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    actor_organization: Mapped[str]
    acting_as: Mapped[str | None]
    target: Mapped[str]
    target_name: Mapped[str]
    address: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


class AccountLink(Base):
    """A link in a mail to a person: what it is good for, once. organization_id is the realm."""

    __tablename__ = "account_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[UUID] = _new_id()
    organization_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(index=True)
    purpose: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    email: Mapped[str]
    created_at: Mapped[datetime] = _now()
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SecondFactor(Base):
    """A person's authenticator: its secret, sealed, and the hashes of recovery codes that are left."""

    __tablename__ = "second_factors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    secret: Mapped[bytes]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    recovery_hashes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime] = _now()


# At the end, as they stand on Base: one metadata knows them all.
from tenancy import identity_models as identity_models  # noqa: E402
