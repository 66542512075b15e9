"""What was seen of a domain, in plain words: what is wrong, and what to do about it."""

from collections.abc import Callable

from tenancy.domain_checks import Finding, State
from tenancy.domain_records import Item
from tenancy.domain_setup import Domain
from tenancy.domains import Purpose
from tenancy.text import gettext as _


def item_title(item: Item) -> str:
    """What the light of an item is called."""
    titles = {
        Item.OWNERSHIP: _("It is yours"),
        Item.POINTING: _("It points to us"),
        Item.CERTIFICATE: _("It is encrypted"),
        Item.SPF: _("We may send emails for it"),
        Item.DKIM: _("Emails are signed"),
    }
    return titles[item]


def purpose_title(purpose: Purpose) -> str:
    titles = {
        Purpose.APP: _("Portal domain"),
        Purpose.TRACKING: _("Tracking domain"),
        Purpose.MAIL: _("Email domain"),
    }
    return titles[purpose]


def purpose_text(purpose: Purpose) -> str:
    """What such a domain is for."""
    texts = {
        Purpose.APP: _("Where you and your clients sign in. Links in emails use it too."),
        Purpose.TRACKING: _("Where websites load the script from and send visits to, and nothing else."),
        Purpose.MAIL: _(
            "Emails to your clients come from it: signed, so that they stay out of the spam folder."
        ),
    }
    return texts[purpose]


def sentence(domain: Domain, finding: Finding) -> str:
    """What the light of a finding means for this domain."""
    words = _WORDS.get((finding.item, finding.state)) or _ANY_ITEM.get(finding.state)
    assert words is not None, f"nothing to say about {finding}"
    return words(domain, finding)


def trouble(domain: Domain) -> str:
    """The first thing that is wrong with a domain, for notices; empty where nothing is."""
    bad = next((finding for finding in domain.findings.values() if not finding.good), None)
    return sentence(domain, bad) if bad else ""


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values)


Say = Callable[[Domain, Finding], str]

_ANY_ITEM: dict[State, Say] = {
    State.UNSEEN: lambda domain, finding: _("Not checked yet."),
    State.SILENT: lambda domain, finding: _(
        "The name servers of {host} are not responding at the moment. We keep trying."
    ).format(host=domain.host),
    State.MISSING: lambda domain, finding: _(
        "The record is not there yet. A new record can take minutes, sometimes hours, to appear everywhere."
    ),
    State.MISPLACED: lambda domain, finding: _(
        "The record is at {found}: your provider adds the domain automatically. Enter the short name instead."
    ).format(found=_listed(finding.found)),
    State.NOT_NEEDED: lambda domain, finding: _("Nothing to do on this machine."),
}

_WORDS: dict[tuple[Item, State], Say] = {
    (Item.OWNERSHIP, State.OK): lambda domain, finding: (
        _("The platform confirms it.")
        if domain.claim.vouched
        else _("The record is there: {host} is yours.").format(host=domain.host)
    ),
    (Item.OWNERSHIP, State.OTHER): lambda domain, finding: _(
        "There is a record with a different value: {found}. Replace it with the right one."
    ).format(found=_listed(finding.found)),
    (Item.OWNERSHIP, State.TAKEN): lambda domain, finding: _(
        "The record is there, but another account has verified the same domain. Remove its record, "
        "or contact us."
    ),
    (Item.OWNERSHIP, State.LOST): lambda domain, finding: _(
        "Another account has verified this domain, and your record is no longer there. If it is yours, add "
        "the record again and remove the other one."
    ),
    (Item.POINTING, State.OK): lambda domain, finding: _("{host} points to us.").format(host=domain.host),
    (Item.POINTING, State.MISSING): lambda domain, finding: _(
        "{host} does not point anywhere yet. A new record can take minutes, sometimes hours, to "
        "appear everywhere."
    ).format(host=domain.host),
    (Item.POINTING, State.ELSEWHERE): lambda domain, finding: _(
        "{host} points elsewhere: to {found}. Replace that record with the right one."
    ).format(host=domain.host, found=_listed(finding.found)),
    (Item.POINTING, State.SEVERAL): lambda domain, finding: _(
        "There are several records, and some point elsewhere: {found}. Remove those."
    ).format(found=_listed(finding.found)),
    (Item.POINTING, State.PROXIED): lambda domain, finding: _(
        "{network} is in between. Turn off its proxy for this name (“DNS only”): it must point to us."
    ).format(network=_listed(finding.found)),
    (Item.CERTIFICATE, State.OK): lambda domain, finding: _("It has a certificate that browsers trust."),
    (Item.CERTIFICATE, State.WAITING): lambda domain, finding: _(
        "The certificate is issued automatically once the domain is yours and points to us."
    ),
    (Item.CERTIFICATE, State.ISSUING): lambda domain, finding: _(
        "The certificate is being issued. That usually takes a minute."
    ),
    (Item.CERTIFICATE, State.CLOSED): lambda domain, finding: _(
        "Nothing responds there at the moment. The problem is on our side; we keep trying."
    ),
    (Item.CERTIFICATE, State.FORBIDDEN): lambda domain, finding: _(
        "A CAA record lets only {found} issue certificates. Add one for {wanted}, or remove it."
    ).format(found=_listed(finding.found) or _("nobody"), wanted=_listed(finding.wanted)),
    (Item.SPF, State.OK): lambda domain, finding: _("The SPF record lets us send."),
    (Item.SPF, State.OTHER): lambda domain, finding: _(
        "There is an SPF record without us: {found}. Replace it with the right one. A second one breaks both."
    ).format(found=_listed(finding.found)),
    (Item.SPF, State.SEVERAL): lambda domain, finding: _(
        "There are {count} SPF records, so none of them counts. Combine them into one that allows the same."
    ).format(count=len(finding.found)),
    (Item.DKIM, State.OK): lambda domain, finding: _("The key is there: emails are signed."),
    (Item.DKIM, State.OTHER): lambda domain, finding: _(
        "There is a record with a different key. Replace all of it with the right one."
    ),
    (Item.DKIM, State.SEVERAL): lambda domain, finding: _(
        "There are several records for the key. Keep only the right one."
    ),
}
