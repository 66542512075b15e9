"""Domains on the page: lists of them, and the lights of one with the records behind each."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.numbers import day
from tenancy.domain_checks import Finding, State
from tenancy.domain_records import Item, Record
from tenancy.domain_setup import Domain
from tenancy.domain_words import item_title, sentence, trouble
from tenancy.text import gettext as _
from tenancy.text import ngettext


def domain_list(domains: Sequence[Domain], base: str, *, locale: str = "en") -> Markup:
    """The domains of one purpose, each a link to its page below `base`."""
    return filled('<ul class="domains">{}</ul>', joined(_line(domain, base, locale) for domain in domains))


def domain_lights(domain: Domain) -> Markup:
    """A light for each item of the domain, what it means, and the records that turn it green."""
    return filled(
        '<ol class="lights">{}</ol>', joined(_light(domain, finding) for finding in domain.findings.values())
    )


def domain_summary(domain: Domain, *, watching: bool) -> Markup:
    """Whether the domain works, in one line."""
    if domain.works:
        return filled(
            '<div class="check done" role="status">{}<span>{}</span></div>',
            icon("circle-check", 20),
            _("All checks passed: {host} works.").format(host=domain.host),
        )
    waiting = sum(not finding.good for finding in domain.findings.values())
    words = ngettext("{count} check has not passed yet.", "{count} checks have not passed yet.", waiting)
    more = _("This page checks again automatically.") if watching else ""
    return filled(
        '<div class="check" role="status"><i class="pulse"></i><span>{} {}</span></div>',
        words.format(count=waiting),
        more,
    )


def domain_status(domain: Domain, *, locale: str = "en") -> Markup:
    """Works, fails since when, or waits for its DNS."""
    if domain.works or (domain.ready and domain.failing_since is None):
        tone, words = "good", _("Works")
    elif domain.failing_since is not None:
        tone, words = "bad", _("Failing since {day}").format(day=day(domain.failing_since.date(), locale))
    elif domain.verified:
        tone, words = "soon", _("Verified, not working yet")
    else:
        tone, words = "soon", _("Waiting for DNS records")
    return filled('<span class="badge {}">{}</span>', tone, words)


def _line(domain: Domain, base: str, locale: str) -> Markup:
    primary = filled('<span class="badge">{}</span>', _("Primary")) if domain.is_primary else ""
    why = trouble(domain) if domain.failing_since is not None else ""
    return filled(
        '<li><a href="{}/{}">{}<span class="domain-name"><b dir="ltr">{}</b>{}</span>{}{}{}</a></li>',
        base,
        domain.id,
        icon("globe", 17),
        domain.host,
        filled("<small>{}</small>", why) if why else "",
        primary,
        domain_status(domain, locale=locale),
        icon("chevron-right", 15),
    )


def _light(domain: Domain, finding: Finding) -> Markup:
    wanted = [record for record in domain.records() if record.item is finding.item]
    needs = "" if finding.good and finding.item is not Item.SPF else _records(wanted)
    if finding.good and wanted:
        needs = filled("<details><summary>{}</summary>{}</details>", _("Show the record"), _records(wanted))
    return filled(
        '<li class="light {tone}" data-item="{item}" data-state="{state}"><span class="lamp">{lamp}</span>'
        "<div><h3>{title}</h3><p>{words}</p>{needs}</div></li>",
        tone=_TONES.get(finding.state, "wrong"),
        item=finding.item,
        state=finding.state,
        lamp=_lamp(finding.state),
        title=item_title(finding.item),
        words=sentence(domain, finding),
        needs=needs,
    )


_TONES = {
    State.OK: "good",
    State.NOT_NEEDED: "good",
    State.UNSEEN: "idle",
    State.WAITING: "idle",
    State.MISSING: "soon",
    State.ISSUING: "soon",
    State.SILENT: "idle",
    State.CLOSED: "idle",
}
_LAMPS = {"good": "circle-check", "wrong": "circle-alert"}


def _lamp(state: State) -> Markup:
    """Not by colour alone: each tone has a shape, and a word for those who see neither."""
    tone = _TONES.get(state, "wrong")
    words = {
        "good": _("Passed"),
        "wrong": _("Failed"),
        "soon": _("Not yet"),
        "idle": _("Waiting"),
    }[tone]
    shape = icon(_LAMPS[tone], 20) if tone in _LAMPS else Markup("<i></i>")
    return filled('{}<span class="sr">{}</span>', shape, words)


def _records(wanted: Sequence[Record]) -> Markup:
    if not wanted:
        return Markup("")
    return filled(
        '<div class="records">{}</div>',
        joined(_record(record, number) for number, record in enumerate(wanted)),
    )


def _record(record: Record, number: int) -> Markup:
    at = f"{record.item}-{number}"
    short = (
        filled(
            '<dd class="hint">{} <code dir="ltr">{}</code></dd>',
            _("If your provider adds the domain automatically:"),
            record.short,
        )
        if record.short != record.name
        else ""
    )
    return filled(
        '<dl class="record"><dt>{type_}</dt><dd><code>{kind}</code></dd>'
        "<dt>{name_}</dt><dd>{name}</dd>{short}<dt>{value_}</dt><dd>{value}</dd></dl>",
        type_=_("Type"),
        kind=record.kind,
        name_=_("Name"),
        name=_copied(f"{at}-name", record.name, _("Copy the name")),
        short=short,
        value_=_("Value"),
        value=_copied(f"{at}-value", record.value, _("Copy the value")),
    )


def _copied(id_: str, value: str, label: str) -> Markup:
    return filled(
        '<code id="{id_}" dir="ltr">{value}</code><button type="button" class="btn small" data-copy="#{id_}" '
        'aria-label="{label}">{icon}<span data-copied="{done}" aria-live="polite">{copy}</span></button>',
        id_=id_,
        value=value,
        label=label,
        icon=icon("copy", 13),
        done=_("Copied"),
        copy=_("Copy"),
    )
