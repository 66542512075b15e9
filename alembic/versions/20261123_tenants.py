"""Organisations and their tree, people, sites, domains, sign-ins and themes, behind row-level security.

Revision ID: 20261123_tenants
"""

from collections.abc import Iterable

from alembic import op
from tenancy.rls import VISIBLE, grants, tenant_table, walled_table

revision = "20261123_tenants"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run(TABLES, CONTEXT)
    op.execute("SET LOCAL ROLE ih_definer")
    _run(QUESTIONS)
    op.execute("SET LOCAL ROLE ih_owner")
    _run(TRIGGERS)
    _run(walled_table("organizations"), grants("organizations", fixed=("kind", "parent_id", "public_id")))
    _run(walled_table("org_tree"))
    _run(walled_table("users"), grants("users", hidden=("password_hash",)))
    _run(tenant_table("memberships", fixed=("user_id",)))
    _run(tenant_table("sites", fixed=("number", "public_id", "tracking_id")))
    _run(tenant_table("domains", fixed=("host", "purpose")))
    _run(tenant_table("user_sessions", fixed=("user_id", "host_organization_id", "token_hash")))
    _run(tenant_table("themes"))
    _run(tenant_table("theme_assets", fixed=("digest", "body")))
    _run(POLICIES)


def downgrade() -> None:
    for table in reversed(CREATED):
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in ("enter(uuid, uuid)", "org_id()", "user_id()"):
        op.execute(f"DROP FUNCTION app.{function} CASCADE")
    op.execute("SET LOCAL ROLE ih_definer")
    for function in (
        "visible_orgs()", "platform_id()", "realm_id()", "kind_of(uuid)", "credentials(uuid, text)",
        "org_tree_insert()",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION app.{function} CASCADE")
    op.execute("SET LOCAL ROLE ih_owner")


def _run(*statements: Iterable[str]) -> None:
    for group in statements:
        for statement in group:
            op.execute(statement)


CREATED = (
    "organizations", "org_tree", "users", "memberships", "sites", "domains", "user_sessions", "themes",
    "theme_assets",
)  # fmt: skip

TABLES = (
    """
    CREATE TABLE organizations (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        public_id text NOT NULL UNIQUE,
        kind text NOT NULL,
        parent_id uuid REFERENCES organizations (id),
        realm_id uuid NOT NULL GENERATED ALWAYS AS (
            CASE WHEN kind IN ('platform', 'reseller') THEN id ELSE parent_id END) STORED,
        name text NOT NULL,
        slug text NOT NULL,
        locale text NOT NULL DEFAULT 'en',
        timezone text NOT NULL DEFAULT 'UTC',
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (id, realm_id),
        UNIQUE (parent_id, slug),
        CONSTRAINT organizations_kind_check CHECK (kind IN ('platform', 'reseller', 'client', 'direct')),
        CONSTRAINT organizations_parent_check CHECK ((kind = 'platform') = (parent_id IS NULL)))
    """,
    "CREATE UNIQUE INDEX organizations_one_platform_idx ON organizations (kind) WHERE kind = 'platform'",
    """
    CREATE TABLE org_tree (
        ancestor_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        descendant_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        depth integer NOT NULL,
        PRIMARY KEY (ancestor_id, descendant_id))
    """,
    "CREATE INDEX ON org_tree (descendant_id)",
    """
    CREATE TABLE users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        email text NOT NULL,
        name text NOT NULL,
        password_hash text,
        locale text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (id, organization_id),
        UNIQUE (organization_id, email),
        CONSTRAINT users_email_check CHECK (email = lower(email)))
    """,
    """
    CREATE TABLE memberships (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL,
        user_id uuid NOT NULL,
        realm_id uuid NOT NULL,
        role text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organization_id, user_id),
        FOREIGN KEY (organization_id, realm_id) REFERENCES organizations (id, realm_id) ON DELETE CASCADE,
        FOREIGN KEY (user_id, realm_id) REFERENCES users (id, organization_id) ON DELETE CASCADE,
        CONSTRAINT memberships_role_check
            CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer', 'operator')))
    """,
    "CREATE INDEX ON memberships (user_id)",
    """
    CREATE TABLE sites (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        number integer NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
        public_id text NOT NULL UNIQUE,
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        name text NOT NULL,
        domain text NOT NULL,
        tracking_id text NOT NULL UNIQUE,
        timezone text NOT NULL DEFAULT 'UTC',
        currency text NOT NULL DEFAULT 'USD',
        visitor_mode text NOT NULL DEFAULT 'cookieless',
        respect_dnt boolean NOT NULL DEFAULT true,
        allowed_hosts text[] NOT NULL DEFAULT '{}',
        first_event_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        UNIQUE (id, organization_id),
        CONSTRAINT sites_visitor_mode_check CHECK (visitor_mode IN ('cookieless', 'consent', 'persistent')))
    """,
    "CREATE INDEX ON sites (organization_id)",
    """
    CREATE TABLE domains (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        host text NOT NULL,
        purpose text NOT NULL DEFAULT 'app',
        is_primary boolean NOT NULL DEFAULT false,
        verified_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organization_id, host),
        CONSTRAINT domains_host_check CHECK (host = lower(host)),
        CONSTRAINT domains_purpose_check CHECK (purpose IN ('app', 'tracking')))
    """,
    "CREATE UNIQUE INDEX domains_verified_host_idx ON domains (host) WHERE verified_at IS NOT NULL",
    "CREATE UNIQUE INDEX domains_primary_idx ON domains (organization_id) WHERE is_primary",
    """
    CREATE TABLE user_sessions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL,
        user_id uuid NOT NULL,
        host_organization_id uuid NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        FOREIGN KEY (user_id, organization_id) REFERENCES users (id, organization_id) ON DELETE CASCADE,
        FOREIGN KEY (host_organization_id, organization_id)
            REFERENCES organizations (id, realm_id) ON DELETE CASCADE)
    """,
    "CREATE INDEX ON user_sessions (user_id)",
    "CREATE INDEX ON user_sessions (expires_at)",
    """
    CREATE TABLE themes (
        organization_id uuid PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
        document jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now())
    """,
    """
    CREATE TABLE theme_assets (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        digest text NOT NULL,
        kind text NOT NULL,
        content_type text NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, digest),
        CONSTRAINT theme_assets_body_check CHECK (octet_length(body) <= 1048576))
    """,
)

# What a transaction entered. The stamp ties it to that transaction: a setting left behind counts for nothing.
CONTEXT = (
    """
    CREATE FUNCTION app.enter(organization uuid, person uuid) RETURNS void LANGUAGE sql AS $$
        SELECT set_config('app.org_id', coalesce(organization::text, ''), true),
               set_config('app.user_id', coalesce(person::text, ''), true),
               set_config('app.tx', extract(epoch FROM transaction_timestamp())::text, true) $$
    """,
    """
    CREATE FUNCTION app.org_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN current_setting('app.tx', true) = extract(epoch FROM transaction_timestamp())::text
                    THEN nullif(current_setting('app.org_id', true), '')::uuid END $$
    """,
    """
    CREATE FUNCTION app.user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN current_setting('app.tx', true) = extract(epoch FROM transaction_timestamp())::text
                    THEN nullif(current_setting('app.user_id', true), '')::uuid END $$
    """,
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app.enter(uuid, uuid), app.org_id(), app.user_id()"
    " TO ih_app, ih_definer, ih_maint",
    "GRANT SELECT ON organizations, users TO ih_definer",
    "GRANT SELECT, INSERT ON org_tree TO ih_definer",
)

# Created as ih_definer, which sees the tree whole: narrow answers that the policies need.
QUESTIONS = (
    """
    CREATE FUNCTION app.visible_orgs() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT coalesce(array_agg(t.descendant_id), '{}')
          FROM public.org_tree t WHERE t.ancestor_id = app.org_id() $$
    """,
    """
    CREATE FUNCTION app.platform_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT id FROM public.organizations WHERE kind = 'platform' $$
    """,
    """
    CREATE FUNCTION app.realm_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT realm_id FROM public.organizations WHERE id = app.org_id() $$
    """,
    """
    CREATE FUNCTION app.kind_of(organization uuid) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT kind FROM public.organizations WHERE id = organization $$
    """,
    """
    CREATE FUNCTION app.credentials(realm uuid, address text) RETURNS TABLE (id uuid, password_hash text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT u.id, u.password_hash FROM public.users u
         WHERE u.organization_id = realm AND u.email = address $$
    """,
    """
    CREATE FUNCTION app.org_tree_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
        INSERT INTO public.org_tree
            SELECT t.ancestor_id, NEW.id, t.depth + 1
              FROM public.org_tree t WHERE t.descendant_id = NEW.parent_id
            UNION ALL SELECT NEW.id, NEW.id, 0;
        RETURN NULL;
    END $$
    """,
    "REVOKE ALL ON FUNCTION app.visible_orgs(), app.platform_id(), app.realm_id(), app.kind_of(uuid),"
    " app.credentials(uuid, text), app.org_tree_insert() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app.visible_orgs(), app.platform_id(), app.realm_id(), app.kind_of(uuid)"
    " TO ih_app, ih_maint",
    "GRANT EXECUTE ON FUNCTION app.credentials(uuid, text) TO ih_app",
    "GRANT EXECUTE ON FUNCTION app.org_tree_insert() TO ih_owner",
)

TRIGGERS = (
    """
    CREATE TRIGGER org_tree_insert AFTER INSERT ON organizations
        FOR EACH ROW EXECUTE FUNCTION app.org_tree_insert()
    """,
)

POLICIES = (
    "CREATE POLICY definer ON organizations FOR SELECT TO ih_definer USING (true)",
    "CREATE POLICY definer ON users FOR SELECT TO ih_definer USING (true)",
    "CREATE POLICY definer ON org_tree TO ih_definer USING (true) WITH CHECK (true)",
    # A row just inserted is not yet in visible_orgs(), and INSERT ... RETURNING reads it: hence its parent.
    f"CREATE POLICY tenant_read ON organizations FOR SELECT TO ih_app"
    f" USING (id = {VISIBLE} OR parent_id = {VISIBLE})",
    f"CREATE POLICY tenant_update ON organizations FOR UPDATE TO ih_app USING (id = {VISIBLE})",
    f"CREATE POLICY tenant_delete ON organizations FOR DELETE TO ih_app"
    f" USING (id = {VISIBLE} AND id <> (SELECT app.org_id()))",
    f"""
    CREATE POLICY tenant_insert ON organizations FOR INSERT TO ih_app WITH CHECK (
        parent_id = {VISIBLE} AND (kind, app.kind_of(parent_id)) IN (
            ('client', 'reseller'), ('reseller', 'platform'), ('direct', 'platform')))
    """,
    "GRANT SELECT ON org_tree TO ih_app",
    f"CREATE POLICY tenant ON org_tree FOR SELECT TO ih_app USING (ancestor_id = {VISIBLE})",
    # People of a reseller's clients live in the reseller's realm: a client sees those who are its members.
    f"CREATE POLICY realm ON users TO ih_app USING (organization_id = {VISIBLE})"
    f" WITH CHECK (organization_id = {VISIBLE})",
    "CREATE POLICY member_read ON users FOR SELECT TO ih_app USING (id IN (SELECT user_id FROM memberships))",
    "CREATE POLICY own_row ON users FOR UPDATE TO ih_app USING (id = (SELECT app.user_id()))"
    " WITH CHECK (id = (SELECT app.user_id()))",
    # A client's mail links carry the host of its reseller where it has none of its own.
    "CREATE POLICY realm_read ON domains FOR SELECT TO ih_app"
    " USING (organization_id = (SELECT app.realm_id()))",
)
