"""What happens to accounts together with the mails about it, each in one transaction."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.devices import device_words, place_words
from tenancy.account_links import Account, Purpose, find_account, issue_link, use_link
from tenancy.audit import Action, Target, record
from tenancy.db import system_session
from tenancy.devices import Device
from tenancy.domains import HostOrganization
from tenancy.factor_reset import reset_second_factor
from tenancy.identities import IdentityChange
from tenancy.ids import UserId
from tenancy.organizations import OrganizationInfo
from tenancy.own_account import (
    ask_for_new_email,
    change_password,
    reset_password,
    take_new_email,
)
from tenancy.rate_limits import admit_forgotten
from tenancy.second_factor import (
    FEW_CODES,
    check_code,
    confirm_enrolment,
    turn_off,
)
from tenancy.sign_up import SignedUp, confirm_email, sign_up
from tenancy.viewer import Viewer
from themes.emails import (
    ConfirmNewEmail,
    EmailChanged,
    IdentityConnected,
    IdentityDisconnected,
    Mail,
    NewSignIn,
    PasswordChanged,
    RecoveryCodesLow,
    ResetPassword,
    TwoFactorOff,
    TwoFactorOn,
    VerifyEmail,
    send_mail,
)


async def register_account(
    host: HostOrganization, *, name: str, email: str, password: str, organization_name: str, address: str
) -> None:
    """Signs somebody up. A mail says whether the address is new here; the answer never does."""

    async def welcome(db: AsyncSession, signed_up: SignedUp) -> None:
        token = await issue_link(db, signed_up.user_id, Purpose.CONFIRM_EMAIL, signed_up.email)
        await send_mail(db, signed_up.organization_id, signed_up.email, VerifyEmail(f"/confirm/{token}"))

    made = await sign_up(
        host, name=name, email=email, password=password, organization_name=organization_name,
        address=address, then=welcome,
    )  # fmt: skip
    if made is None:
        await _send_reset(host, email)


async def send_confirmation_again(user_id: UserId) -> None:
    """The link that proves the address, once more, to who knew the password."""
    async with system_session(reason="send the link to confirm an address again") as db:
        account = await find_account(db, user_id=user_id)
        if account is not None:
            token = await issue_link(db, user_id, Purpose.CONFIRM_EMAIL, account.email)
            await _tell(db, account, VerifyEmail(f"/confirm/{token}"))


async def confirm_address(host: HostOrganization, token: str) -> None:
    """The address of a new account is proven. Raises LinkOver."""
    async with system_session(reason="confirm an address") as db:
        user_id, email = await use_link(db, host, Purpose.CONFIRM_EMAIL, token)
        await confirm_email(db, user_id, email)


async def send_way_back(host: HostOrganization, email: str, address: str) -> None:
    """A link to choose a new password, where there is such an account; who asks is told the same always."""
    await admit_forgotten(host.realm_id, email, address)
    await _send_reset(host, email)


async def choose_password(host: HostOrganization, token: str, password: str) -> None:
    """A new password for whoever has the link. Raises LinkOver, or Invalid."""
    async with system_session(reason="reset a password") as db:
        account = await reset_password(db, host, token, password)
        await _tell(db, account, PasswordChanged(datetime.now(UTC)))


async def change_own_password(viewer: Viewer, password: str, new: str) -> None:
    """Raises WrongPassword, or Invalid."""
    async with system_session(reason="change a password") as db:
        await change_password(db, viewer, password, new)
        await _tell_viewer(db, viewer, PasswordChanged(datetime.now(UTC)))


async def ask_for_own_new_email(viewer: Viewer, password: str, email: str) -> None:
    """Sends the link to the new address; until it is opened the old one counts. Raises WrongPassword."""
    async with system_session(reason="ask for a new address") as db:
        email, token = await ask_for_new_email(db, viewer, password, email)
        account = await find_account(db, user_id=viewer.user_id)
        if account is not None:
            mail = ConfirmNewEmail(f"/email/{token}", account.email)
            await send_mail(db, account.home_id, email, mail, locale=account.locale)


async def change_email(host: HostOrganization, token: str) -> None:
    """The new address counts, and the old one is told. Raises LinkOver or EmailTaken."""
    async with system_session(reason="change an address") as db:
        before, email = await take_new_email(db, host, token)
        await _tell(db, before, EmailChanged(email, datetime.now(UTC)))


async def turn_on_second_factor(viewer: Viewer, code: str) -> list[str]:
    """The recovery codes, to be shown once. Raises WrongCode."""
    async with system_session(reason="turn a second factor on") as db:
        codes = await confirm_enrolment(db, viewer.user_id, code)
        await record(db, viewer, Action.PERSON_SECOND_FACTOR_ON, Target(viewer.email, viewer.name))
        await _tell_viewer(db, viewer, TwoFactorOn(datetime.now(UTC)))
        return codes


async def turn_off_second_factor(viewer: Viewer, code: str) -> None:
    """Against a code of the app, or a recovery code. Raises WrongCode."""
    async with system_session(reason="turn a second factor off") as db:
        await check_code(db, viewer.user_id, code)
        await turn_off(db, viewer.user_id)
        await record(db, viewer, Action.PERSON_SECOND_FACTOR_OFF, Target(viewer.email, viewer.name))
        await _tell_viewer(db, viewer, TwoFactorOff(datetime.now(UTC)))


async def reset_member_factor(viewer: Viewer, organization: OrganizationInfo, user_id: UserId) -> None:
    """Takes a member's second factor away, and tells them who did. Raises as reset_second_factor does."""
    async with system_session(reason="reset the second factor of a member") as db:
        await reset_second_factor(db, viewer, organization, user_id)
        account = await find_account(db, user_id=user_id)
        if account is not None:
            await _tell(db, account, TwoFactorOff(datetime.now(UTC), viewer.name))


async def tell_new_sign_in(db: AsyncSession, viewer: Viewer, device: Device) -> None:
    """A mail about a sign-in from somewhere new."""
    place = place_words(device, viewer.locale)
    await _tell_viewer(db, viewer, NewSignIn(datetime.now(UTC), device_words(device), place))


async def tell_identity(db: AsyncSession, change: IdentityChange) -> None:
    """A mail about a way to sign in that an account has got, or lost."""
    account = await find_account(db, user_id=change.user_id)
    if account is None:
        return
    at = datetime.now(UTC)
    mail: Mail = IdentityDisconnected(change.through, change.email, at)
    if change.is_connected:
        mail = IdentityConnected(change.through, change.email, at, "/settings/security")
    await _tell(db, account, mail)


async def tell_codes_left(viewer: Viewer, left: int | None) -> None:
    """A mail where recovery codes run out; left is None where none was used."""
    if left is not None and left <= FEW_CODES:
        async with system_session(reason="tell that recovery codes run out") as db:
            await _tell_viewer(db, viewer, RecoveryCodesLow(left, "/settings/security"))


async def _send_reset(host: HostOrganization, email: str) -> None:
    async with system_session(reason="send a link to reset a password") as db:
        account = await find_account(db, realm_id=host.realm_id, email=email)
        if account is not None:
            token = await issue_link(db, account.user_id, Purpose.RESET_PASSWORD, account.email)
            await _tell(db, account, ResetPassword(f"/reset/{token}"))


async def _tell(db: AsyncSession, account: Account, mail: Mail) -> None:
    await send_mail(db, account.home_id, account.email, mail, locale=account.locale)


async def _tell_viewer(db: AsyncSession, viewer: Viewer, mail: Mail) -> None:
    await send_mail(db, viewer.organization_id, viewer.email, mail, locale=viewer.locale)
