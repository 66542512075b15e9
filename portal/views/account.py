"""Plain pages about accounts: signing up, proving an address, a forgotten password, the second step."""

from markupsafe import Markup

from portal.views.documents import document, field, notice, plain
from portal.views.markup import filled
from tenancy.text import gettext as _
from themes.theme import Mode, Theme


def sign_up_page(
    theme: Theme,
    *,
    form_token: str,
    name: str = "",
    organization: str = "",
    email: str = "",
    error: str | None = None,
    locale: str | None = None,
    mode: Mode | None = None,
) -> Markup:
    """The form that posts name, organization, email, password and form to /signup."""
    fields = (
        field(_("Your name"), "name", "name", value=name, focus=not name)
        + field(_("Company"), "organization", "organization", value=organization)
        + field(_("Email"), "email", "username", value=email)
        + field(_("Choose a password"), "password", "new-password")
        + filled('<p class="muted">{}</p>', _("At least 10 characters."))
    )
    foot = filled(
        '<p class="muted">{} <a href="/login">{}</a></p>', _("Already have an account?"), _("Sign in")
    )
    sheet = _sheet("/signup", _("Sign up"), form_token, fields, _("Sign up"), error=error, foot=foot)
    return document(theme, _("Sign up"), plain(theme, sheet, languages=True), locale=locale, mode=mode)


def forgotten_page(
    theme: Theme,
    *,
    form_token: str,
    email: str = "",
    error: str | None = None,
    locale: str | None = None,
    mode: Mode | None = None,
) -> Markup:
    """The form that posts email and form to /forgot."""
    words = _("We will email you a link to choose a new one.")
    fields = filled("<p>{}</p>", words) + field(_("Email"), "email", "username", value=email, focus=True)
    foot = filled('<p class="muted"><a href="/login">{}</a></p>', _("Back to sign-in"))
    sheet = _sheet(
        "/forgot", _("Forgot password"), form_token, fields, _("Send the link"), error=error, foot=foot
    )
    return document(
        theme, _("Forgot password"), plain(theme, sheet, languages=True), locale=locale, mode=mode
    )


def new_password_page(
    theme: Theme,
    *,
    action: str,
    form_token: str,
    error: str | None = None,
    locale: str | None = None,
    mode: Mode | None = None,
) -> Markup:
    """The form that posts password and form to `action`, the address of the link."""
    fields = field(_("New password"), "password", "new-password", focus=True)
    fields += filled(
        '<p class="muted">{}</p>', _("At least 10 characters. You will be signed out on all devices.")
    )
    title = _("Choose a new password")
    sheet = _sheet(action, title, form_token, fields, _("Save the password"), error=error)
    return document(theme, title, plain(theme, sheet, languages=True), locale=locale, mode=mode)


def confirm_page(
    theme: Theme,
    title: str,
    words: str,
    *,
    action: str,
    form_token: str,
    error: str | None = None,
    locale: str | None = None,
    mode: Mode | None = None,
) -> Markup:
    """One button that posts form to `action`: programs that look into mails open links, and press nothing."""
    sheet = _sheet(action, title, form_token, filled("<p>{}</p>", words), _("Confirm"), error=error)
    return document(theme, title, plain(theme, sheet, languages=True), locale=locale, mode=mode)


def code_page(
    theme: Theme,
    *,
    form_token: str,
    ticket: str,
    next_path: str,
    error: str | None = None,
    locale: str | None = None,
    mode: Mode | None = None,
) -> Markup:
    """The second step of signing in: posts code, ticket, next and form to /login/code."""
    fields = filled(
        '<p>{}</p><input type="hidden" name="ticket" value="{}"><input type="hidden" name="next" value="{}">',
        _("Enter the code that your authenticator app shows, or one of your recovery codes."),
        ticket,
        next_path,
    )
    fields += filled(
        '<div class="field"><label for="code">{}</label><input id="code" name="code" type="text" '
        'inputmode="text" autocomplete="one-time-code" maxlength="64" required autofocus></div>',
        _("Code"),
    )
    foot = filled('<p class="muted"><a href="/login">{}</a></p>', _("Back to sign-in"))
    title = _("Two-factor authentication")
    sheet = _sheet("/login/code", title, form_token, fields, _("Sign in"), error=error, foot=foot)
    return document(theme, title, plain(theme, sheet, languages=True), locale=locale, mode=mode)


def said_page(
    theme: Theme,
    title: str,
    words: str,
    *,
    way_on: tuple[str, str] | None = None,
    locale: str | None = None,
    mode: Mode | None = None,
) -> Markup:
    """What happened, and where to go on: (address, words)."""
    link = filled('<a class="btn primary wide" href="{}">{}</a>', *way_on) if way_on else ""
    sheet = filled('<section class="card sheet"><h1>{}</h1><p>{}</p>{}</section>', title, words, link)
    return document(theme, title, plain(theme, sheet, languages=True), locale=locale, mode=mode)


def _sheet(
    action: str,
    title: str,
    form_token: str,
    fields: Markup,
    submit: str,
    *,
    error: str | None = None,
    foot: Markup | None = None,
) -> Markup:
    return filled(
        '<form class="card sheet" method="post" action="{}"><h1>{}</h1>{}'
        '<input type="hidden" name="form" value="{}">{}'
        '<button class="btn primary wide" type="submit">{}</button>{}</form>',
        action,
        title,
        notice(error) if error else "",
        form_token,
        fields,
        submit,
        foot or "",
    )
