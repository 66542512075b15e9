"""The drawn parts of a brand's editor: places to drop pictures, reasons beside colours, the stage."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from markupsafe import Markup

from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.numbers import locale_of
from tenancy.text import gettext as _
from themes.assets import asset_path
from themes.brands import BrandVersion
from themes.corrections import Correction
from themes.pictures import LARGEST_UPLOAD_BYTES, AssetKind


def drop_zone(kind: AssetKind, label: str, hint: str, *, upload: str, digest: str | None) -> Markup:
    """A picture with a button for another file, which can be dropped here as well."""
    ground = {AssetKind.LOGO_DARK: "on-black", AssetKind.SIGN_IN_PICTURE: "cover"}.get(kind, "on-white")
    shown = (
        filled('<img src="{}" alt="{}">', asset_path(digest), label)
        if digest
        else filled("<span>{}</span>", icon("plus", 18))
    )
    remove = filled(
        '<button type="button" class="btn quiet" data-emit="remove_asset" data-arg="{}">{}</button>',
        kind,
        _("Remove"),
    )
    return filled(
        '<div class="drop" data-kind="{kind}" data-upload="{upload}" data-most="{most}" '
        'data-too-large="{too_large}" data-lost="{lost}">'
        '<div class="drop-picture {ground}">{shown}</div>'
        '<div><b>{label}</b><span class="hint">{hint}</span><div class="drop-buttons">'
        '<label class="btn">{choose}'
        '<input type="file" aria-label="{label}: {choose}" accept="{accept}"></label>'
        '{remove}</div></div><progress hidden max="1" aria-label="{loading}"></progress>'
        '<div role="alert"></div></div>',
        kind=kind,
        upload=upload,
        most=LARGEST_UPLOAD_BYTES,
        too_large=_("The file is larger than 5 MB."),
        lost=_("The file did not arrive. Please try again."),
        ground=ground,
        shown=shown,
        label=label,
        hint=hint,
        choose=_("Choose a file"),
        accept=".svg,.png,.jpg,.jpeg,.webp,.gif,.ico",
        remove=remove if digest else "",
        loading=_("Loading"),
    )


def correction_notes(corrections: Sequence[Correction], field: str) -> Markup:
    """Which other shades are shown instead of a colour, each with its reason; nothing where none is."""
    lines = joined(
        filled(
            '<li><svg viewBox="0 0 18 18" aria-hidden="true">'
            '<rect width="18" height="18" rx="5" fill="{}"/></svg>'
            "<span>{}</span></li>",
            correction.used,
            correction.reason,
        )
        for correction in corrections
        if correction.field == field
    )
    return filled('<div role="status"><ul class="notes">{}</ul></div>', lines) if lines else Markup("")


def segments(event: str, label: str, choices: Sequence[tuple[str, str, str]], chosen: str) -> Markup:
    """Buttons of which one is pressed; each (value, words, icon) emits (event, value)."""
    buttons = joined(
        filled(
            '<button type="button" data-emit="{}" data-arg="{}" aria-pressed="{}">{}{}</button>',
            event,
            value,
            str(value == chosen).lower(),
            icon(symbol, 15),
            words,
        )
        for value, words, symbol in choices
    )
    return filled('<div class="segments" role="group" aria-label="{}">{}</div>', label, buttons)


def stage() -> Markup:
    """Two frames, of which one is seen while the other loads; neither runs scripts."""
    frame = filled('<iframe title="{}" sandbox="allow-same-origin"></iframe>', _("Preview"))
    return filled('<div class="stage" data-width="desktop">{}{}</div>', frame, frame)


def version_bar(words: str, *actions: tuple[str, str, str]) -> Markup:
    """What is being looked at, and what can be done about it: (event, argument, words) each."""
    buttons = joined(
        filled('<button type="button" class="btn" data-emit="{}" data-arg="{}">{}</button>', *action)
        for action in actions
    )
    return filled(
        '<div class="version-bar" role="status"><span>{}</span><span class="space"></span>{}</div>',
        words,
        buttons,
    )


def download_link(address: str) -> Markup:
    """The file behind the picture."""
    return filled(
        '<div class="preview-bar"><a class="btn" href="{}" download>{}{}</a></div>',
        address,
        icon("file-text", 15),
        _("Download the PDF"),
    )


def version_list(versions: Sequence[BrandVersion], current: int, *, locale: str, timezone: str) -> Markup:
    """The history: who saved when, with buttons to look at a version and to go back to it."""
    return filled(
        '<ol class="versions">{}</ol>',
        joined(_version(one, one.number == current, locale, timezone) for one in versions),
    )


def _version(version: BrandVersion, is_current: bool, locale: str, timezone: str) -> Markup:
    who = version.author or _("Before the history began")
    if version.restored_from is not None:
        who = _("{who}, restored version {number}").format(who=who, number=version.restored_from)
    look = _button("look_at_version", version.number, _("View"))
    restore = "" if is_current else _button("restore_version", version.number, _("Restore"))
    return filled(
        '<li><b class="num">{}</b><div>{}<small>{}</small></div><div class="drop-buttons">{}{}</div></li>',
        version.number,
        _("{who} (current)").format(who=who) if is_current else who,
        _moment(version.created_at, locale, timezone),
        look,
        restore,
    )


def _button(event: str, number: int, words: str) -> Markup:
    return filled(
        '<button type="button" class="btn" data-emit="{}" data-arg="{}" aria-label="{} ({})">{}</button>',
        event,
        number,
        words,
        number,
        words,
    )


def _moment(at: datetime, locale: str, timezone: str) -> str:
    return str(format_datetime(at, "long", tzinfo=ZoneInfo(timezone), locale=locale_of(locale)))
