"""What the activity log calls things: every action, what it was done to, and what was said of it."""

from collections.abc import Mapping
from typing import NamedTuple

from tenancy.audit import Action
from tenancy.text import gettext_noop as _


class Words(NamedTuple):
    """What an action is called in a list of actions, and the sentence about one of them."""

    label: str
    sentence: str


WORDS: Mapping[Action, Words] = {
    Action.ORGANIZATION_CREATED: Words(
        _("Organisation added"), _("{actor} added the organisation {target}.")
    ),
    Action.ORGANIZATION_CHANGED: Words(
        _("Organisation changed"), _("{actor} changed the organisation {target}.")
    ),
    Action.ORGANIZATION_SUSPENDED: Words(
        _("Organisation suspended"), _("{actor} suspended the organisation {target}.")
    ),
    Action.ORGANIZATION_RESUMED: Words(
        _("Organisation opened again"), _("{actor} opened the organisation {target} again.")
    ),
    Action.ORGANIZATION_ARCHIVED: Words(
        _("Organisation archived"), _("{actor} archived the organisation {target}.")
    ),
    Action.ORGANIZATION_DELETED: Words(
        _("Organisation deleted"), _("{actor} deleted the organisation {target}.")
    ),
    Action.ORGANIZATION_REMOVED: Words(
        _("Organisation removed for good"), _("{target}, which {actor} had deleted, was removed for good.")
    ),
    Action.ORGANIZATION_EXPORTED: Words(
        _("Organisation exported"), _("{actor} exported the organisation {target}.")
    ),
    Action.CONTRACT_CHANGED: Words(_("Limits changed"), _("{actor} changed the limits of {target}.")),
    Action.SITE_CREATED: Words(_("Site added"), _("{actor} added the site {target}.")),
    Action.SITE_CHANGED: Words(_("Site changed"), _("{actor} changed the site {target}.")),
    Action.SITE_DELETED: Words(_("Site deleted"), _("{actor} deleted the site {target}.")),
    Action.SITE_MOVED: Words(_("Site moved"), _("{actor} moved the site {target}.")),
    Action.PERSON_INVITED: Words(_("Person invited"), _("{actor} invited {target}.")),
    Action.PERSON_INVITED_AGAIN: Words(
        _("Invitation sent again"), _("{actor} sent the invitation to {target} again.")
    ),
    Action.PERSON_UNINVITED: Words(_("Invitation revoked"), _("{actor} revoked the invitation to {target}.")),
    Action.PERSON_JOINED: Words(_("Invitation accepted"), _("{actor} accepted the invitation.")),
    Action.PERSON_ROLE_CHANGED: Words(_("Role changed"), _("{actor} changed the role of {target}.")),
    Action.PERSON_SITES_CHANGED: Words(
        _("List of sites changed"), _("{actor} changed which sites {target} sees.")
    ),
    Action.PERSON_REMOVED: Words(_("Person removed"), _("{actor} removed {target}.")),
    Action.PERSON_LEFT: Words(_("Person left"), _("{actor} left.")),
    Action.PERSON_MADE_OWNER: Words(_("Ownership handed over"), _("{actor} made {target} the owner.")),
    Action.PERSON_SIGNED_IN: Words(_("Sign-in"), _("{actor} signed in.")),
    Action.PERSON_SIGN_IN_REFUSED: Words(
        _("Sign-in refused"), _("Somebody tried to sign in as {target} with a wrong password.")
    ),
    Action.PERSON_SIGNED_OUT_EVERYWHERE: Words(
        _("Signed out everywhere"), _("{actor} signed out on all devices.")
    ),
    Action.PERSON_SIGNED_UP: Words(_("Signed up"), _("{actor} signed up.")),
    Action.PERSON_PASSWORD_CHANGED: Words(_("Password changed"), _("{actor} changed their password.")),
    Action.PERSON_EMAIL_CHANGED: Words(_("Address changed"), _("{actor} changed their email address.")),
    Action.PERSON_SECOND_FACTOR_ON: Words(
        _("Two-factor sign-in on"), _("{actor} turned on two-factor sign-in.")
    ),
    Action.PERSON_SECOND_FACTOR_OFF: Words(
        _("Two-factor sign-in off"), _("{actor} turned off two-factor sign-in.")
    ),
    Action.PERSON_SECOND_FACTOR_RESET: Words(
        _("Two-factor sign-in reset"), _("{actor} took away the second factor of {target}.")
    ),
    Action.PERSON_SESSIONS_ENDED: Words(_("Devices signed out"), _("{actor} signed other devices out.")),
    Action.PERSON_TOKEN_REUSED: Words(
        _("Used token came back"), _("A token of {target} was used a second time, so its session has ended.")
    ),
    Action.PERSON_IDENTITY_LINKED: Words(
        _("Way to sign in connected"), _("{actor} connected a way to sign in.")
    ),
    Action.PERSON_IDENTITY_UNLINKED: Words(
        _("Way to sign in disconnected"), _("{actor} disconnected a way to sign in.")
    ),
    Action.PROVIDER_CHANGED: Words(
        _("Sign-in provider changed"), _("{actor} changed the sign-in provider {target}.")
    ),
    Action.PROVIDER_REMOVED: Words(
        _("Sign-in provider removed"), _("{actor} removed the sign-in provider {target}.")
    ),
    Action.VIEWING_ASKED: Words(
        _("Asked for consent"), _("{actor} asked to see the pages of {target} as it sees them.")
    ),
    Action.VIEWING_BEGAN: Words(
        _("View as client begun"), _("{actor} began to look at the pages of {target} as it sees them.")
    ),
    Action.VIEWING_ENDED: Words(
        _("View as client ended"), _("{actor} no longer looks at the pages of {target} as it sees them.")
    ),
    Action.API_KEY_CREATED: Words(_("API key created"), _("{actor} created the API key {target}.")),
    Action.API_KEY_REVOKED: Words(_("API key revoked"), _("{actor} revoked the API key {target}.")),
    Action.BRAND_CHANGED: Words(_("Brand changed"), _("{actor} changed the brand of {target}.")),
    Action.BRAND_RESTORED: Words(
        _("Brand restored"), _("{actor} brought back an earlier brand of {target}.")
    ),
    Action.DOMAIN_ADDED: Words(_("Domain added"), _("{actor} added the domain {target}.")),
    Action.DOMAIN_VERIFIED: Words(_("Domain verified"), _("{actor} proved that {target} is theirs.")),
    Action.DOMAIN_MADE_PRIMARY: Words(_("Main domain changed"), _("{actor} made {target} the main domain.")),
    Action.DOMAIN_REMOVED: Words(_("Domain removed"), _("{actor} removed the domain {target}.")),
    Action.LINK_CREATED: Words(_("Public link created"), _("{actor} shared {target} by a public link.")),
    Action.LINK_CHANGED: Words(_("Public link changed"), _("{actor} changed the public link {target}.")),
    Action.LINK_REVOKED: Words(_("Public link revoked"), _("{actor} revoked the public link {target}.")),
    Action.MAIL_CHANGED: Words(_("Mail changed"), _("{actor} changed how mail is sent.")),
    Action.MAIL_TESTED: Words(_("Mail tested"), _("{actor} tried how mail is sent.")),
    Action.MAIL_REMOVED: Words(_("Mail server removed"), _("{actor} removed the own mail server.")),
}
SUBJECTS: Mapping[str, str] = {
    "organization": _("Organisations"),
    "contract": _("Limits"),
    "site": _("Sites"),
    "person": _("People and sign-ins"),
    "provider": _("Sign-in providers"),
    "brand": _("Brand"),
    "domain": _("Domains"),
    "mail": _("Mail"),
    "api_key": _("API keys"),
    "link": _("Public links"),
    "viewing": _("View as client"),
}
FIELDS: Mapping[str, str] = {
    "name": _("Name"),
    "domain": _("Domain"),
    "timezone": _("Time zone"),
    "currency": _("Currency"),
    "visitor_mode": _("Visitors"),
    "respect_dnt": _("Respects “do not track”"),
    "allowed_hosts": _("Further hosts"),
    "purpose": _("Used for"),
    "version": _("Version"),
    "max_sub_organizations": _("Clients at most"),
    "max_sites_per_sub_org": _("Sites per client at most"),
    "max_sites": _("Sites at most"),
    "max_events_monthly": _("Events a month at most"),
    "max_people": _("People at most"),
    "role": _("Role"),
    "email": _("Email"),
    "panels": _("Parts"),
    "requires_second_factor": _("Two-factor sign-in for everybody"),
    "deleted_on": _("Deleted on"),
    "moved": _("Moved"),
    "keys_ended": _("API keys that ended"),
    "links_ended": _("Public links that ended"),
    "allows_viewing": _("The agency may view as we do"),
    "allows_sign_up": _("Sign-up on the domain"),
    "sites": _("Sites"),
    "invited_by": _("Invited by"),
    "host": _("On"),
    "through": _("Through"),
    "issuer": _("Issuer"),
    "client_id": _("Client ID"),
    "email_domains": _("Email domains"),
    "enabled": _("Offered"),
    "changed": _("Changed"),
    "primary_color": _("Main colour"),
    "accent_color": _("Second colour"),
    "radius": _("Corners"),
    "font": _("Font"),
    "default_mode": _("Light or dark"),
    "sidebar": _("Sidebar"),
    "logo_light": _("Logo"),
    "logo_dark": _("Logo for dark pages"),
    "favicon": _("Icon"),
    "sign_in_text": _("Text of the sign-in page"),
    "sign_in_picture": _("Picture of the sign-in page"),
    "support_email": _("Email for help"),
    "support_url": _("Page for help"),
    "footer_links": _("Links under public pages"),
    "language": _("Language"),
    "powered_by": _("Name of the platform"),
    "script_global": _("Name of the JavaScript object"),
    "script_file": _("Name of the script's file"),
    "former_script_files": _("Former names of the script's file"),
    "api_messages": _("Messages of the API"),
    "api_support": _("Help in messages of the API"),
    "clients_may_brand": _("Clients' own brands"),
}
MOVES: Mapping[str, str] = {"out": _("To another organisation"), "in": _("From another organisation")}
