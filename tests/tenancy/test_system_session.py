"""Where the code looks past the walls between tenants: a short list, so that a new place is noticed."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("tracker", "tenancy", "themes", "analytics", "billing", "portal")

CALLS = {
    ("analytics/client_exports.py", "forget_exports"),
    ("analytics/shared_links.py", "_fetch_link"),
    ("analytics/shared_links.py", "count_view"),
    ("portal/account_pages.py", "_insist"),
    ("portal/accounts.py", "_send_reset"),
    ("portal/accounts.py", "ask_for_own_new_email"),
    ("portal/accounts.py", "change_email"),
    ("portal/accounts.py", "change_own_password"),
    ("portal/accounts.py", "choose_password"),
    ("portal/accounts.py", "confirm_address"),
    ("portal/accounts.py", "reset_member_factor"),
    ("portal/accounts.py", "send_confirmation_again"),
    ("portal/accounts.py", "tell_codes_left"),
    ("portal/accounts.py", "turn_off_second_factor"),
    ("portal/accounts.py", "turn_on_second_factor"),
    ("portal/consent_mail.py", "mail_consent_given"),
    ("portal/domain_notices.py", "_tell_of"),
    ("portal/pages/security.py", "_ask_new_codes"),
    ("portal/pages/security.py", "renew"),
    ("portal/usage_notices.py", "_tell_of_silence"),
    ("portal/usage_notices.py", "_tell_of_step"),
    ("portal/usage_notices.py", "tell_of_usage"),
    ("tenancy/accounts.py", "create_operator"),
    ("tenancy/api_keys.py", "_fetch_holder"),
    ("tenancy/domain_mail.py", "dkim_sign"),
    ("tenancy/domain_preview.py", "previewed_host"),
    ("tenancy/domain_rechecks.py", "domains_with_news"),
    ("tenancy/domain_rechecks.py", "recheck_domain"),
    ("tenancy/domain_rechecks.py", "recheck_domains"),
    ("tenancy/domain_ownership.py", "_release"),
    ("tenancy/domain_ownership.py", "is_proven"),
    ("tenancy/domains.py", "_fetch_host"),
    ("tenancy/factor_reset.py", "uses_second_factor"),
    ("tenancy/identities.py", "_account_of"),
    ("tenancy/identities.py", "identities_of"),
    ("tenancy/identities.py", "link_identity"),
    ("tenancy/identities.py", "sign_in_as"),
    ("tenancy/identities.py", "unlink_identity"),
    ("tenancy/identity_providers.py", "_fetch_own"),
    ("tenancy/invite_links.py", "accept_as"),
    ("tenancy/invite_links.py", "accept_as_new"),
    ("tenancy/invite_links.py", "accept_by_password"),
    ("tenancy/invite_links.py", "accept_through"),
    ("tenancy/invite_links.py", "open_invite"),
    ("tenancy/login.py", "_credentials"),
    ("tenancy/login.py", "_end"),
    ("tenancy/login.py", "_fetch_viewer"),
    ("tenancy/login.py", "_is_confirmed"),
    ("tenancy/login.py", "_record_refusal"),
    ("tenancy/login.py", "_renew"),
    ("tenancy/login.py", "choose_organization"),
    ("tenancy/login.py", "end_sessions_in"),
    ("tenancy/login.py", "sign_in"),
    ("tenancy/login.py", "sign_in_with_code"),
    ("tenancy/login.py", "sign_out_everywhere"),
    ("tenancy/own_sessions.py", "end_own_other_sessions"),
    ("tenancy/own_sessions.py", "end_own_session"),
    ("tenancy/own_sessions.py", "own_sessions"),
    ("tenancy/provider_journeys.py", "_own_callback"),
    ("tenancy/removal.py", "_remove"),
    ("tenancy/removal.py", "close_due_sites"),
    ("tenancy/removal.py", "remove_organizations"),
    ("tenancy/removal.py", "remove_sites"),
    ("tenancy/removal.py", "sites_to_erase"),
    ("tenancy/second_factor.py", "enrol"),
    ("tenancy/second_factor.py", "second_factor_of"),
    ("tenancy/sign_up.py", "sign_up"),
    ("tenancy/sites.py", "_fetch_collect_site"),
    ("tenancy/sites.py", "mark_first_event"),
    ("tenancy/sites.py", "zones_of"),
    ("tenancy/tasks.py", "_purge_expired_sessions"),
    ("tenancy/tokens.py", "refresh_tokens"),
    ("tenancy/tokens.py", "sign_in_program"),
    ("tenancy/viewings.py", "end_overdue_viewings"),
    ("tenancy/viewings.py", "end_viewing"),
    ("themes/assets.py", "load_asset"),
    ("themes/looks.py", "_fetch"),
    ("themes/mail/outbox.py", "_claim"),
    ("themes/mail/outbox.py", "_note"),
    ("themes/mail/outbox.py", "due_mails"),
}


def test_system_sessions_are_opened_in_these_places_alone() -> None:
    found = {
        (str(path.relative_to(ROOT)), function.name)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef) and _opens(function)
    }
    # The demo makes a whole world of tenants; it never runs where real ones live.
    assert {place for place in found if not place[0].startswith("portal/stack/demo")} == CALLS


def _opens(function: ast.AST) -> bool:
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name | ast.Attribute)
        and (call.func.id if isinstance(call.func, ast.Name) else call.func.attr) == "system_session"
        for call in ast.walk(function)
    )
