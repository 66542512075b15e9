"""The providers that a reseller has set up, and what was found when they were asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.states import empty_state
from tenancy.identity_providers import Provider
from tenancy.text import gettext as _


@dataclass(frozen=True)
class Finding:
    """What a look at a provider brought."""

    good: bool
    words: str


def providers_list(providers: Sequence[Provider], findings: Mapping[str, Finding]) -> Markup:
    """A row per provider; emits ("check-provider" | "change-provider" | "remove-provider", key)."""
    if not providers:
        return filled(
            '<div class="card">{}</div>',
            empty_state(
                "log-in",
                _("No provider of your own yet"),
                _("With one, people sign in with their company account or with Google."),
            ),
        )
    rows = joined(_row(one, findings.get(one.key)) for one in providers)
    return filled(
        '<div class="card"><table class="data words stack"><thead><tr><th scope="col">{}</th>'
        '<th scope="col">{}</th><th scope="col"><span class="sr">{}</span></th></tr></thead>'
        "<tbody>{}</tbody></table></div>",
        _("Provider"),
        _("For"),
        _("Actions"),
        rows,
    )


def _row(one: Provider, finding: Finding | None) -> Markup:
    state = "" if one.enabled else filled(' <span class="badge">{}</span>', _("Not offered"))
    return filled(
        '<tr><td class="whole"><b>{name}</b>{state}<small>{issuer}</small><small>{client}</small>'
        "{finding}</td>"
        '<td data-label="{head}">{people}</td><td class="acts">{check}{change}{remove}</td></tr>',
        name=one.name,
        state=state,
        issuer=one.issuer,
        client=_("Client ID {id}").format(id=one.client_id),
        finding=_finding(finding),
        head=_("For"),
        people=", ".join(one.email_domains) or _("Everyone"),
        check=_act("check-provider", one, _("Check"), "refresh-cw", _("Check {provider}")),
        change=_act("change-provider", one, "", "pencil", _("Change {provider}")),
        remove=_act("remove-provider", one, "", "trash-2", _("Remove {provider}")),
    )


def _finding(finding: Finding | None) -> Markup:
    if finding is None:
        return Markup("")
    if finding.good:
        return filled('<p class="state-line" role="status">{}{}</p>', icon("circle-check", 16), finding.words)
    return filled(
        '<p class="notice" role="alert">{}<span>{}</span></p>', icon("circle-alert", 16), finding.words
    )


def _act(event: str, one: Provider, words: str, symbol: str, label: str) -> Markup:
    return filled(
        '<button type="button" class="btn{}" data-emit="{}" data-arg="{}" aria-label="{}">{}{}</button>',
        "" if words else " square",
        event,
        one.key,
        label.format(provider=one.name),
        icon(symbol, 15),
        words,
    )
