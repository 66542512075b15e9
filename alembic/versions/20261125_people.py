"""Invitations, lists of sites for viewers, and an organisation of one's choice in each session.

Revision ID: 20261125_people
"""

from alembic import op
from tenancy.rls import VISIBLE, tenant_table, walled_table

revision = "20261125_people"
down_revision = "20261125_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in TABLES:
        op.execute(statement)
    for statement in (
        *walled_table("site_access"),
        "GRANT SELECT, INSERT, DELETE ON site_access TO ih_app",
        *tenant_table("invitations", fixed=("email", "created_at")),
    ):
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_definer")
    for statement in FUNCTIONS:
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_owner")
    for statement in POLICIES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP POLICY listed ON organizations")
    op.execute("DROP POLICY listed ON sites")
    op.execute("DROP POLICY definer ON memberships")
    op.execute("DROP POLICY definer ON sites")
    op.execute("DROP TRIGGER keep_an_owner ON memberships")
    op.execute("DROP TABLE site_access")
    op.execute("DROP TABLE invitations")
    op.execute("SET LOCAL ROLE ih_definer")
    for function in ("listed_sites()", "listed_organizations()", "keep_an_owner()"):
        op.execute(f"DROP FUNCTION app.{function}")
    op.execute("SET LOCAL ROLE ih_owner")
    op.execute("REVOKE SELECT ON memberships, sites FROM ih_definer")
    op.execute("ALTER TABLE user_sessions DROP COLUMN chosen_organization_id")
    op.execute("ALTER TABLE memberships DROP COLUMN sees_all_sites, DROP COLUMN last_seen_at")
    op.execute("ALTER TABLE memberships DROP CONSTRAINT memberships_id_realm_id_key")


TABLES = (
    """
    ALTER TABLE memberships
        ADD COLUMN sees_all_sites boolean NOT NULL DEFAULT true,
        ADD COLUMN last_seen_at timestamptz,
        ADD UNIQUE (id, realm_id),
        ADD CONSTRAINT memberships_sees_all_sites_check CHECK (sees_all_sites OR role = 'viewer')
    """,
    "GRANT SELECT (sees_all_sites, last_seen_at), UPDATE (sees_all_sites, last_seen_at)"
    " ON memberships TO ih_app",
    """
    ALTER TABLE user_sessions
        ADD COLUMN chosen_organization_id uuid,
        ADD FOREIGN KEY (chosen_organization_id, organization_id)
            REFERENCES organizations (id, realm_id) ON DELETE CASCADE
    """,
    "GRANT SELECT (chosen_organization_id), UPDATE (chosen_organization_id) ON user_sessions TO ih_app",
    # organization_id is the site's: a reseller's viewer may have a list of its clients' sites.
    """
    CREATE TABLE site_access (
        membership_id uuid NOT NULL,
        realm_id uuid NOT NULL,
        site_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        PRIMARY KEY (membership_id, site_id),
        FOREIGN KEY (membership_id, realm_id) REFERENCES memberships (id, realm_id) ON DELETE CASCADE,
        FOREIGN KEY (site_id, organization_id)
            REFERENCES sites (id, organization_id) ON DELETE CASCADE ON UPDATE CASCADE,
        FOREIGN KEY (organization_id, realm_id) REFERENCES organizations (id, realm_id) ON DELETE CASCADE)
    """,
    "CREATE INDEX ON site_access (site_id)",
    """
    CREATE TABLE invitations (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL,
        realm_id uuid NOT NULL,
        email text NOT NULL,
        role text NOT NULL,
        sites text[],
        host text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        invited_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        revoked_at timestamptz,
        FOREIGN KEY (organization_id, realm_id) REFERENCES organizations (id, realm_id) ON DELETE CASCADE,
        CONSTRAINT invitations_email_check CHECK (email = lower(email)),
        CONSTRAINT invitations_role_check
            CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer', 'operator')),
        CONSTRAINT invitations_sites_check CHECK (sites IS NULL OR role = 'viewer'))
    """,
    """
    CREATE UNIQUE INDEX invitations_open_idx ON invitations (organization_id, email)
        WHERE accepted_at IS NULL AND revoked_at IS NULL
    """,
    "GRANT SELECT ON memberships, sites, site_access TO ih_definer",
)

FUNCTIONS = (
    # NULL for whoever sees all sites of the organisation that the transaction entered.
    """
    CREATE FUNCTION app.listed_sites() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT array(SELECT a.site_id FROM public.site_access a WHERE a.membership_id = m.id)
          FROM public.memberships m
         WHERE m.organization_id = app.org_id() AND m.user_id = app.user_id() AND NOT m.sees_all_sites $$
    """,
    """
    CREATE FUNCTION app.listed_organizations() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT array(SELECT a.organization_id FROM public.site_access a WHERE a.membership_id = m.id)
               || m.organization_id
          FROM public.memberships m
         WHERE m.organization_id = app.org_id() AND m.user_id = app.user_id() AND NOT m.sees_all_sites $$
    """,
    # The lock makes two owners who leave at the same moment do it one after the other.
    """
    CREATE FUNCTION app.keep_an_owner() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
        IF OLD.role NOT IN ('owner', 'operator') OR (TG_OP = 'UPDATE' AND NEW.role = OLD.role) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('members ' || OLD.organization_id, 0));
        IF EXISTS (SELECT FROM public.organizations WHERE id = OLD.organization_id)
           AND NOT EXISTS (SELECT FROM public.memberships
                            WHERE organization_id = OLD.organization_id AND role = OLD.role) THEN
            RAISE EXCEPTION 'the last % of an organization stays', OLD.role
                USING ERRCODE = 'check_violation', CONSTRAINT = 'memberships_keep_an_owner';
        END IF;
        RETURN NULL;
    END $$
    """,
    "REVOKE ALL ON FUNCTION app.listed_sites(), app.listed_organizations(), app.keep_an_owner() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app.listed_sites(), app.listed_organizations() TO ih_app",
    "GRANT EXECUTE ON FUNCTION app.keep_an_owner() TO ih_owner",
)

POLICIES = (
    "CREATE POLICY definer ON memberships FOR SELECT TO ih_definer USING (true)",
    "CREATE POLICY definer ON sites FOR SELECT TO ih_definer USING (true)",
    "CREATE POLICY definer ON site_access FOR SELECT TO ih_definer USING (true)",
    # A client sees which of its own people have a list, and nothing of the lists of its reseller's people.
    f"""
    CREATE POLICY tenant ON site_access TO ih_app
        USING (organization_id = {VISIBLE} AND membership_id IN (SELECT id FROM memberships))
        WITH CHECK (organization_id = {VISIBLE} AND membership_id IN (SELECT id FROM memberships))
    """,
    # Restrictive: whatever another policy lets through, a list of sites narrows it. Asked once per query
    # (0.04 ms with 100,000 sites).
    """
    CREATE POLICY listed ON sites AS RESTRICTIVE FOR SELECT TO ih_app USING (
        (SELECT app.listed_sites()) IS NULL OR id = ANY ((SELECT app.listed_sites())::uuid[]))
    """,
    """
    CREATE POLICY listed ON organizations AS RESTRICTIVE FOR SELECT TO ih_app USING (
        (SELECT app.listed_organizations()) IS NULL
        OR id = ANY ((SELECT app.listed_organizations())::uuid[]))
    """,
    """
    CREATE TRIGGER keep_an_owner AFTER UPDATE OF role OR DELETE ON memberships
        FOR EACH ROW EXECUTE FUNCTION app.keep_an_owner()
    """,
)
