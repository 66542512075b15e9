"""The dialogs of the people pages: inviting, changing, removing, handing over."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui

from portal.elements import box, button
from portal.pages.forms import Field, Values, form_dialog
from portal.views.icons import icon
from portal.views.roles import in_order, role_about, role_name
from tenancy.errors import InsightHubError
from tenancy.members import Member
from tenancy.roles import Role
from tenancy.sites import Site
from tenancy.text import gettext as _


@dataclass(frozen=True)
class Access:
    """What a form says of a person: sites are public ids, None for all."""

    email: str
    role: Role
    sites: tuple[str, ...] | None


Save = Callable[[Access], Awaitable[None]]
Act = Callable[[], Awaitable[None]]


def invite_dialog(roles: Sequence[Role], sites: Sequence[Site], on_invite: Save) -> None:
    """Asks for an address and a role."""
    first = Role.MEMBER if Role.MEMBER in roles else roles[0]
    _access_dialog(
        _("Invite someone"), roles, sites, Access("", first, None), submit=_("Send the invitation"),
        on_save=on_invite, asks_email=True,
    )  # fmt: skip


def member_dialog(
    member: Member,
    roles: Sequence[Role],
    sites: Sequence[Site],
    on_save: Save,
    others: Sequence[tuple[str, Act]],
) -> None:
    """Changes a role and a list of sites; `others` are what else can be done, as words and act."""
    access = Access(member.email, member.role, member.sites)
    _access_dialog(member.name, roles, sites, access, submit=_("Save"), on_save=on_save, others=others)


def confirm_dialog(title: str, text: str, submit: str, on_confirm: Act) -> None:
    """Asks before something that cannot be taken back."""
    with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
        ui.label(title).classes("dialog-title").props("role=heading aria-level=2")
        ui.label(text).classes("muted")
        trouble = _trouble()

        async def confirm() -> None:
            if await _said(on_confirm, trouble):
                dialog.close()

        with box("div", "dialog-buttons"):
            button(_("Cancel"), classes="quiet").on_click(dialog.close)
            button(submit, classes="danger").on_click(confirm)
    dialog.on("hide", dialog.delete)


def transfer_dialog(organization: str, to: str, on_transfer: Callable[[str], Awaitable[None]]) -> None:
    """Hands the organisation over, once its name is typed."""

    async def transfer(values: Values) -> None:
        await on_transfer(values["typed_name"])

    hint = _("{to} becomes the owner, and you become an admin. To confirm, type: {name}").format(
        to=to, name=organization
    )
    field = Field("typed_name", _("Name of the organisation"), hint=hint)
    form_dialog(_("Transfer ownership"), [field], submit=_("Transfer"), on_submit=transfer)


def _access_dialog(
    title: str,
    roles: Sequence[Role],
    sites: Sequence[Site],
    access: Access,
    *,
    submit: str,
    on_save: Save,
    asks_email: bool = False,
    others: Sequence[tuple[str, Act]] = (),
) -> None:
    with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
        ui.label(title).classes("dialog-title").props("role=heading aria-level=2")
        email = None
        if asks_email:
            email = ui.input(_("Email")).props("outlined dense type=email").classes("wide")
        else:
            ui.label(access.email).classes("muted")
        options = {str(one): f"{role_name(one)}: {role_about(one)}" for one in in_order(roles)}
        role = ui.select(options, label=_("Role"), value=str(access.role))
        role.props("outlined dense").classes("wide")
        some = ui.switch(_("Only some sites"), value=access.sites is not None)
        names = {site.public_id: site.name for site in sites}
        chosen = ui.select(
            names, label=_("Sites"), multiple=True, value=[one for one in access.sites or () if one in names]
        )
        chosen.props("outlined dense use-chips").classes("wide")
        some.bind_visibility_from(role, "value", lambda value: value == Role.VIEWER and bool(names))
        trouble = _trouble()

        def show_sites() -> None:
            chosen.visible = bool(some.value) and role.value == Role.VIEWER

        some.on_value_change(show_sites)
        role.on_value_change(show_sites)
        show_sites()

        async def save() -> None:
            listed = tuple(chosen.value) if chosen.visible else None
            asked = Access(str(email.value or "") if email else access.email, Role(str(role.value)), listed)
            sender.props("loading")
            if await _said(lambda: on_save(asked), trouble):
                dialog.close()
            sender.props(remove="loading")

        with box("div", "dialog-buttons"):
            for words, act in others:
                button(words, classes="quiet").on_click(_instead(dialog, act))
            if others:
                box("div", "space")
            button(_("Cancel"), classes="quiet").on_click(dialog.close)
            sender = button(submit, icon=icon("mail") if asks_email else None, classes="primary").on_click(
                save
            )
        if email:
            email.on("keydown.enter", save)
    dialog.on("hide", dialog.delete)


def _instead(dialog: ui.dialog, act: Act) -> Act:
    async def go() -> None:
        dialog.close()
        # What act opens must not go with this dialog.
        with ui.context.client.content:
            await act()

    return go


def _trouble() -> ui.label:
    trouble = ui.label().classes("notice").props("role=alert")
    trouble.visible = False
    return trouble


async def _said(act: Callable[[], Awaitable[None]], trouble: ui.label) -> bool:
    """Whether it was done; what was wrong is said where everybody sees it."""
    trouble.visible = False
    try:
        await act()
    except InsightHubError as error:
        trouble.text, trouble.visible = error.message, True
        return False
    return True
