"""What the audit log calls things: every action, what it was done to, and what was said of it."""

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
        _("Organisation reactivated"), _("{actor} reactivated the organisation {target}.")
    ),
    Action.ORGANIZATION_ARCHIVED: Words(
        _("Organisation archived"), _("{actor} archived the organisation {target}.")
    ),
    Action.ORGANIZATION_DELETED: Words(
        _("Organisation deleted"), _("{actor} deleted the organisation {target}.")
    ),
    Action.ORGANIZATION_REMOVED: Words(
        _("Organisation permanently deleted"),
        _("The data of {target}, deleted by {actor}, was permanently deleted."),
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
        _("Access to sites changed"), _("{actor} changed which sites {target} can see.")
    ),
    Action.PERSON_REMOVED: Words(_("Person removed"), _("{actor} removed {target}.")),
    Action.PERSON_LEFT: Words(_("Person left"), _("{actor} left.")),
    Action.PERSON_MADE_OWNER: Words(_("Ownership transferred"), _("{actor} made {target} the owner.")),
    Action.PERSON_SIGNED_IN: Words(_("Sign-in"), _("{actor} signed in.")),
    Action.PERSON_SIGN_IN_REFUSED: Words(
        _("Sign-in refused"), _("Someone tried to sign in as {target} with a wrong password.")
    ),
    Action.PERSON_SIGNED_OUT_EVERYWHERE: Words(
        _("Signed out everywhere"), _("{actor} signed out on all devices.")
    ),
    Action.PERSON_SIGNED_UP: Words(_("Signed up"), _("{actor} signed up.")),
    Action.PERSON_PASSWORD_CHANGED: Words(_("Password changed"), _("{actor} changed their password.")),
    Action.PERSON_EMAIL_CHANGED: Words(_("Address changed"), _("{actor} changed their email address.")),
    Action.PERSON_SECOND_FACTOR_ON: Words(
        _("Two-factor authentication turned on"), _("{actor} turned on two-factor authentication.")
    ),
    Action.PERSON_SECOND_FACTOR_OFF: Words(
        _("Two-factor authentication turned off"), _("{actor} turned off two-factor authentication.")
    ),
    Action.PERSON_SECOND_FACTOR_RESET: Words(
        _("Two-factor authentication reset"), _("{actor} reset two-factor authentication for {target}.")
    ),
    Action.PERSON_SESSIONS_ENDED: Words(_("Devices signed out"), _("{actor} signed out other devices.")),
    Action.PERSON_TOKEN_REUSED: Words(
        _("Token reused"), _("A token of {target} was used a second time, so its session was ended.")
    ),
    Action.PERSON_IDENTITY_LINKED: Words(
        _("Sign-in method connected"), _("{actor} connected a sign-in method.")
    ),
    Action.PERSON_IDENTITY_UNLINKED: Words(
        _("Sign-in method disconnected"), _("{actor} disconnected a sign-in method.")
    ),
    Action.PROVIDER_CHANGED: Words(
        _("Sign-in provider changed"), _("{actor} changed the sign-in provider {target}.")
    ),
    Action.PROVIDER_REMOVED: Words(
        _("Sign-in provider removed"), _("{actor} removed the sign-in provider {target}.")
    ),
    Action.VIEWING_ASKED: Words(
        _("Consent requested"), _("{actor} asked to view the pages of {target} as client.")
    ),
    Action.VIEWING_BEGAN: Words(
        _("View as client started"), _("{actor} started to view the pages of {target} as client.")
    ),
    Action.VIEWING_ENDED: Words(
        _("View as client ended"), _("{actor} stopped viewing the pages of {target} as client.")
    ),
    Action.API_KEY_CREATED: Words(_("API key created"), _("{actor} created the API key {target}.")),
    Action.API_KEY_REVOKED: Words(_("API key revoked"), _("{actor} revoked the API key {target}.")),
    Action.BRAND_CHANGED: Words(_("Brand changed"), _("{actor} changed the brand of {target}.")),
    Action.BRAND_RESTORED: Words(_("Brand restored"), _("{actor} restored an earlier brand of {target}.")),
    Action.DOMAIN_ADDED: Words(_("Domain added"), _("{actor} added the domain {target}.")),
    Action.DOMAIN_VERIFIED: Words(_("Domain verified"), _("{actor} verified the domain {target}.")),
    Action.DOMAIN_MADE_PRIMARY: Words(
        _("Primary domain changed"), _("{actor} made {target} the primary domain.")
    ),
    Action.DOMAIN_REMOVED: Words(_("Domain removed"), _("{actor} removed the domain {target}.")),
    Action.LINK_CREATED: Words(_("Public link created"), _("{actor} shared {target} with a public link.")),
    Action.LINK_CHANGED: Words(_("Public link changed"), _("{actor} changed the public link {target}.")),
    Action.LINK_REVOKED: Words(_("Public link revoked"), _("{actor} revoked the public link {target}.")),
    Action.MAIL_CHANGED: Words(_("Email settings changed"), _("{actor} changed the email settings.")),
    Action.MAIL_TESTED: Words(_("Email settings tested"), _("{actor} tested the email settings.")),
    Action.MAIL_REMOVED: Words(
        _("Mail server removed"), _("{actor} removed the organisation's own mail server.")
    ),
}
SUBJECTS: Mapping[str, str] = {
    "organization": _("Organisations"),
    "contract": _("Limits"),
    "site": _("Sites"),
    "person": _("People and sign-ins"),
    "provider": _("Sign-in providers"),
    "brand": _("Brand"),
    "domain": _("Domains"),
    "mail": _("Email"),
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
    "respect_dnt": _("Respects Do Not Track"),
    "allowed_hosts": _("Additional hosts"),
    "purpose": _("Used for"),
    "version": _("Version"),
    "max_sub_organizations": _("Maximum clients"),
    "max_sites_per_sub_org": _("Maximum sites per client"),
    "max_sites": _("Maximum sites"),
    "max_events_monthly": _("Maximum events per month"),
    "max_people": _("Maximum people"),
    "role": _("Role"),
    "email": _("Email"),
    "panels": _("Sections"),
    "requires_second_factor": _("Two-factor authentication for everyone"),
    "deleted_on": _("Deleted on"),
    "moved": _("Moved"),
    "keys_ended": _("Revoked API keys"),
    "links_ended": _("Revoked public links"),
    "allows_viewing": _("Agency may view as client"),
    "allows_sign_up": _("Sign-up on the domain"),
    "sites": _("Sites"),
    "invited_by": _("Invited by"),
    "host": _("Domain"),
    "through": _("Provider"),
    "issuer": _("Issuer"),
    "client_id": _("Client ID"),
    "email_domains": _("Allowed email domains"),
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
    "support_email": _("Help email"),
    "support_url": _("Help page"),
    "footer_links": _("Links in the footer of public pages"),
    "language": _("Language"),
    "powered_by": _("“Powered by” in the footer"),
    "script_global": _("Name of the JavaScript object"),
    "script_file": _("File name of the script"),
    "former_script_files": _("Earlier file names of the script"),
    "api_messages": _("API messages"),
    "api_support": _("Help in API messages"),
    "clients_may_brand": _("Clients' own brands"),
}
MOVES: Mapping[str, str] = {"out": _("To another organisation"), "in": _("From another organisation")}
