"""The audit log in plain words: a sentence per entry, and the table of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from portal.views import numbers
from portal.views.audit_words import FIELDS, MOVES, SUBJECTS, WORDS
from portal.views.markup import filled, joined
from portal.views.roles import role_name
from portal.views.states import empty_state
from tenancy.audit import Action, Entry
from tenancy.roles import Role
from tenancy.text import gettext as _


def label(action: str) -> str:
    """What an action is called."""
    return _(WORDS[Action(action)].label) if action in set(Action) else action


def subject(word: str) -> str:
    """What the actions that begin with this word are about."""
    return _(SUBJECTS[word]) if word in SUBJECTS else word


def plain_sentence(entry: Entry) -> str:
    """Who did what to what, without markup."""
    return _template(entry).format(actor=_actor(entry), target=entry.target.name)


def sentence(entry: Entry, own: str = "") -> Markup:
    """Who did what to what; people of the organisation `own` need no naming of theirs."""
    bold = Markup("<b>{}</b>")
    template = escape(_template(entry))
    return template.format(actor=bold.format(_actor(entry, own)), target=bold.format(entry.target.name))


def plain_details(details: Mapping[str, Any]) -> str:
    """What was said of it: 'Role: Viewer → Admin; Name: Shop'."""
    return "; ".join(f"{_(FIELDS.get(name, name))}: {_value(name, value)}" for name, value in details.items())


def audit_table(entries: Sequence[Entry], *, own: str, timezone: str, locale: str = "en") -> Markup:
    """A row per entry; `own` is the viewer's organisation, which needs no naming."""
    if not entries:
        return empty_state("activity", _("Nothing found"), _("Try a longer period, or fewer conditions."))
    heads = (_("When"), _("What"), _("IP address"))
    titles = joined(filled('<th scope="col">{}</th>', head) for head in heads)
    rows = joined(_row(entry, own, timezone, locale) for entry in entries)
    return filled(
        '<div class="card"><table class="data words stack log"><thead><tr>{}</tr></thead><tbody>{}</tbody>'
        "</table></div>",
        titles,
        rows,
    )


def _template(entry: Entry) -> str:
    if entry.action in set(Action):
        return _(WORDS[Action(entry.action)].sentence)
    return f"{{actor}}: {entry.action} {{target}}"


def _row(entry: Entry, own: str, timezone: str, locale: str) -> Markup:
    small = [plain_details(entry.details)] if entry.details else []
    if entry.acting_as:
        small.append(_("Viewing as {name}").format(name=entry.acting_as))
    place = (
        filled(' <span class="badge">{}</span>', entry.organization_name)
        if entry.organization_name != own
        else ""
    )
    below = joined(filled("<small>{}</small>", line) for line in small)
    return filled(
        '<tr><td class="num"><time datetime="{}">{}</time></td><td>{}{}{}</td><td class="num">{}</td></tr>',
        entry.at.isoformat(),
        numbers.moment(entry.at, timezone, locale),
        sentence(entry, own),
        place,
        below,
        entry.address,
    )


def _actor(entry: Entry, own: str = "") -> str:
    """With their own organisation, where they came from another."""
    actor = entry.actor
    if not actor.name or actor.organization in {"", own, entry.organization_name}:
        return actor.name
    return f"{actor.name} ({actor.organization})"


def _value(name: str, value: Any) -> str:
    if name == "sites":
        return _("All") if value is None else ", ".join(value) or _("None")
    if isinstance(value, list) and len(value) == 2:
        return f"{_plain(name, value[0])} → {_plain(name, value[1])}"
    return _plain(name, value)


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        words = [_(FIELDS.get(one, one)) for one in map(str, value)] if name == "changed" else map(str, value)
        return ", ".join(words) or "–"
    if name == "moved" and value in MOVES:
        return _(MOVES[value])
    if name == "role" and value in set(Role):
        return role_name(value)
    return str(value) if value not in {None, ""} else "–"
