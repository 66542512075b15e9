"""Where the file of a client stands: nothing yet, on its way, or to be fetched."""

from markupsafe import Markup

from analytics.client_exports import ClientExport, ExportState
from portal.views import numbers
from portal.views.markup import filled
from portal.views.shell import link_button
from tenancy.text import gettext as _
from tenancy.text import ngettext


def export_status(export: ClientExport | None, href: str, *, timezone: str, locale: str) -> Markup:
    """A sentence, a bar while it is being made, and the link to the file at `href` once it is ready."""
    if export is None:
        return _sentence(
            _("One ZIP of CSV files: the organisation, its people, its sites, and each day of each site.")
        )
    if export.state is ExportState.FAILED:
        return filled('<p class="notice" role="alert">{}</p>', _("The export failed. Please try again."))
    if export.state is ExportState.READY:
        until = numbers.moment(export.expires_at, timezone, locale)
        words = _("The export is ready. It can be downloaded until {time}.").format(time=until)
        return _sentence(words) + link_button("file-text", _("Download"), href, download=True)
    words = _(
        "The export is being prepared. You can leave this page: you will get an email when it is ready."
    )
    return _sentence(words) + _bar(export, locale)


def _sentence(words: str) -> Markup:
    return filled('<p class="muted" role="status">{}</p>', words)


def _bar(export: ClientExport, locale: str) -> Markup:
    """How many of the sites are done; a bar without an end while that is not known."""
    if not export.steps:
        return filled('<progress aria-label="{}"></progress>', _("Progress"))
    counted = ngettext("{done} of {number} site", "{done} of {number} sites", export.steps).format(
        done=numbers.integer(export.done, locale), number=numbers.integer(export.steps, locale)
    )
    return filled(
        '<progress aria-label="{}" value="{}" max="{}"></progress><small>{}</small>',
        _("Progress"),
        export.done,
        export.steps,
        counted,
    )
