"""An agency's people look at a client's pages as the client does, where the client lets them.

Revision ID: 20261126_viewings
"""

from alembic import op
from tenancy.rls import VISIBLE, walled_table

revision = "20261126_viewings"
down_revision = "20261125_theme_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (*TABLES, *walled_table("viewings"), *RIGHTS):
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_definer")
    for statement in FUNCTIONS:
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_owner")
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE viewings")
    op.execute("DROP TRIGGER own_consent ON organizations")
    op.execute("DROP POLICY definer ON audit_entries")
    op.execute("REVOKE INSERT ON audit_entries FROM ih_definer")
    op.execute("SET LOCAL ROLE ih_definer")
    for function in ("note_end_of_viewing()", "own_consent()"):
        op.execute(f"DROP FUNCTION app.{function}")
    op.execute("SET LOCAL ROLE ih_owner")
    op.execute("ALTER TABLE organizations DROP COLUMN allows_viewing")


TABLES = (
    "ALTER TABLE organizations ADD allows_viewing boolean NOT NULL DEFAULT false",
    "GRANT SELECT (allows_viewing), UPDATE (allows_viewing) ON organizations TO ih_app",
    # organization_id is the client's: it sees who looks. A session looks at one client at a time.
    """
    CREATE TABLE viewings (
        session_id uuid PRIMARY KEY,
        organization_id uuid NOT NULL,
        realm_id uuid NOT NULL,
        person_id text NOT NULL,
        person_name text NOT NULL,
        agency_name text NOT NULL,
        began_at timestamptz NOT NULL DEFAULT now(),
        ends_at timestamptz NOT NULL,
        FOREIGN KEY (session_id, realm_id) REFERENCES user_sessions (id, organization_id) ON DELETE CASCADE,
        FOREIGN KEY (organization_id, realm_id) REFERENCES organizations (id, realm_id) ON DELETE CASCADE,
        CONSTRAINT viewings_ends_at_check CHECK (ends_at <= began_at + interval '30 minutes'))
    """,
    "CREATE INDEX ON viewings (organization_id)",
    "GRANT INSERT ON audit_entries TO ih_definer",
)

# It begins and ends; nothing of it can be changed.
RIGHTS = (
    f"CREATE POLICY tenant ON viewings TO ih_app USING (organization_id = {VISIBLE})"
    f" WITH CHECK (organization_id = {VISIBLE})",
    "GRANT SELECT, INSERT, DELETE ON viewings TO ih_app",
)

FUNCTIONS = (
    # However it ends, the log has it: by a press, by time, with the session, or as consent is taken back.
    """
    CREATE FUNCTION app.note_end_of_viewing() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
        INSERT INTO public.audit_entries (organization_id, at, action, actor_kind, actor_id, actor_name,
                                          actor_organization, acting_as, target, target_name, address)
        SELECT o.id, least(now(), OLD.ends_at), 'viewing.ended', 'person', OLD.person_id, OLD.person_name,
               OLD.agency_name, o.name, o.public_id, o.name, ''
          FROM public.organizations o WHERE o.id = OLD.organization_id;
        RETURN NULL;
    END $$
    """,
    # An agency may change much in its clients' organisations; consent is theirs alone to give.
    """
    CREATE FUNCTION app.own_consent() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
        IF NEW.allows_viewing AND NOT OLD.allows_viewing AND app.org_id() IS DISTINCT FROM NEW.id THEN
            RAISE EXCEPTION 'an organization consents for itself' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$
    """,
    "REVOKE ALL ON FUNCTION app.note_end_of_viewing(), app.own_consent() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app.note_end_of_viewing(), app.own_consent() TO ih_owner",
)

TRIGGERS = (
    "CREATE POLICY definer ON audit_entries FOR INSERT TO ih_definer WITH CHECK (action = 'viewing.ended')",
    """
    CREATE TRIGGER note_end_of_viewing AFTER DELETE ON viewings
        FOR EACH ROW EXECUTE FUNCTION app.note_end_of_viewing()
    """,
    """
    CREATE TRIGGER own_consent BEFORE UPDATE OF allows_viewing ON organizations
        FOR EACH ROW EXECUTE FUNCTION app.own_consent()
    """,
)
