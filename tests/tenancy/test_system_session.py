"""Where the code looks past the walls between tenants: a short list, so that a new place is noticed."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("tracker", "tenancy", "themes", "analytics", "billing", "portal")

CALLS = {
    ("analytics/shared_links.py", "_fetch_link"),
    ("analytics/shared_links.py", "count_view"),
    ("tenancy/accounts.py", "create_operator"),
    ("tenancy/domains.py", "_fetch_host"),
    ("tenancy/login.py", "sign_in"),
    ("tenancy/login.py", "sign_out"),
    ("tenancy/login.py", "sign_out_everywhere"),
    ("tenancy/login.py", "_credentials"),
    ("tenancy/login.py", "_fetch_viewer"),
    ("tenancy/sites.py", "_fetch_collect_site"),
    ("tenancy/sites.py", "mark_first_event"),
    ("tenancy/tasks.py", "_purge_expired_sessions"),
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
