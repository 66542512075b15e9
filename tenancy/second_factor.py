"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for its loss."""

import base64
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import pyotp
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.db import after_commit, system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Forbidden, Invalid, NotSignedIn
from tenancy.ids import UserId
from tenancy.invalidation import Channel, publish
from tenancy.rate_limits import admit
from tenancy.sealing import Unreadable, seal, unseal
from tenancy.text import gettext_noop as _

RECOVERY_CODES = 10
FEW_CODES = 3
"""From here on a person is told that recovery codes run out."""


class CodeNeeded(NotSignedIn):
    """The password was right. ticket proves that for five minutes, to the browser with this form."""

    code = "code_needed"
    message = _("Enter the code from your authenticator app.")

    def __init__(self, user_id: UserId) -> None:
        super().__init__()
        self.user_id = user_id


class WrongCode(Invalid):
    code = "wrong_code"
    message = _("That code is not correct, or has already been used. Wait for the next one.")

    def __init__(self) -> None:
        super().__init__(field="code")


class SecondFactorNeeded(Forbidden):
    """The organisation insists on a second factor, and this person has none yet."""

    code = "second_factor_needed"
    message = _("Your organisation requires two-factor authentication. Turn it on to continue.")


@dataclass(frozen=True, slots=True)
class SecondFactorState:
    """Whether it is on, and how many recovery codes are left."""

    is_on: bool
    codes_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the address in its QR code, and the same secret to type."""

    address: str
    secret: str


async def second_factor_of(user_id: UserId) -> SecondFactorState:
    """Off for who never confirmed one."""
    async with system_session(reason="state of a second factor") as db:
        row = await db.get(models.SecondFactor, user_id)
    if row is None or row.confirmed_at is None:
        return SecondFactorState(is_on=False, codes_left=0)
    return SecondFactorState(is_on=True, codes_left=len(row.recovery_hashes))


async def enrol(user_id: UserId, email: str, issuer: str) -> Enrolment:
    """A new secret, which does nothing before confirm_enrolment(); issuer is what the app shows."""
    secret = pyotp.random_base32()
    sealed = seal(secret.encode(), _PURPOSE, str(user_id))
    async with system_session(reason="a new second factor") as db:
        realm = select(models.User.organization_id).where(models.User.id == user_id).scalar_subquery()
        fresh = insert(models.SecondFactor).values(user_id=user_id, organization_id=realm, secret=sealed)
        await db.execute(
            fresh.on_conflict_do_update(
                index_elements=["user_id"],
                set_={"secret": sealed, "last_step": 0},
                where=models.SecondFactor.confirmed_at.is_(None),
            )
        )
    return Enrolment(pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer), secret)


async def confirm_enrolment(db: AsyncSession, user_id: UserId, code: str) -> list[str]:
    """Turns it on, once a code proves that the app has the secret; the recovery codes, to be shown once.

    db is a system session. Raises WrongCode.
    """
    await _admit(user_id)
    row = await db.get(models.SecondFactor, user_id, with_for_update=True)
    if row is None or row.confirmed_at is not None or not _takes(row, code):
        raise WrongCode()
    row.confirmed_at = func.now()
    codes = [_recovery_code() for _number in range(RECOVERY_CODES)]
    row.recovery_hashes = [_hash(code) for code in codes]
    await db.flush()
    # Sessions know whether their person lacks one.
    after_commit(db, publish, Channel.SESSION, f"person:{user_id}")
    return codes


async def new_recovery_codes(db: AsyncSession, user_id: UserId, code: str) -> list[str]:
    """Ten new ones in place of all others, against a code of the app. Raises WrongCode."""
    await _admit(user_id)
    row = await _confirmed(db, user_id)
    if row is None or not _takes(row, code):
        raise WrongCode()
    codes = [_recovery_code() for _number in range(RECOVERY_CODES)]
    row.recovery_hashes = [_hash(one) for one in codes]
    await db.flush()
    return codes


async def check_code(db: AsyncSession, user_id: UserId, code: str) -> int | None:
    """Takes a code of the app or a recovery code, once. How many recovery codes are left if it was one.

    db is a system session. Raises WrongCode, TooManyTries; lets in whoever has no second factor.
    """
    await _admit(user_id)
    row = await _confirmed(db, user_id)
    if row is None:
        return None
    if _takes(row, code):
        await db.flush()
        return None
    spent = _hash(code)
    if spent not in row.recovery_hashes:
        raise WrongCode()
    row.recovery_hashes = [one for one in row.recovery_hashes if one != spent]
    await db.flush()
    return len(row.recovery_hashes)


async def turn_off(db: AsyncSession, user_id: UserId) -> None:
    """Takes the second factor away; whoever asks has been asked for a code or may do it for others."""
    await db.execute(delete(models.SecondFactor).where(models.SecondFactor.user_id == user_id))
    after_commit(db, publish, Channel.SESSION, f"person:{user_id}")


async def has_second_factor(db: AsyncSession, user_id: UserId) -> bool:
    """Whether signing in needs a code."""
    return await _confirmed(db, user_id, lock=False) is not None


def ticket_for(user_id: UserId, host: HostOrganization, form: str) -> str:
    """Proof of a right password, for the page that asks for the code; worthless in another browser."""
    proven = {"user": str(user_id), "host": str(host.organization_id), "until": time.time() + _TICKET_S}
    return base64.urlsafe_b64encode(seal(json.dumps(proven).encode(), _TICKET, form)).decode()


def person_of_ticket(ticket: str, host: HostOrganization, form: str) -> UserId:
    """Whose password was right. Raises NotSignedIn for a ticket that is old or of somewhere else."""
    try:
        proven = json.loads(unseal(base64.urlsafe_b64decode(ticket), _TICKET, form))
    except (Unreadable, ValueError):
        raise NotSignedIn() from None
    if proven["until"] < time.time() or proven["host"] != str(host.organization_id):
        raise NotSignedIn()
    return UserId(UUID(proven["user"]))


_PURPOSE = "second factor"
_TICKET = "second factor ticket"
_TICKET_S = 5 * 60
_STEP_S = 30
# A phone's clock may be off by one step.
_DRIFT = 1
_PER_PERSON = RateLimitItemPerMinute(10, 5, namespace="code")
_PER_PERSON_AND_HOUR = RateLimitItemPerHour(30, 1, namespace="code-hour")
# Without letters that look like others.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


async def _admit(user_id: UserId) -> None:
    await admit(_PER_PERSON, str(user_id))
    await admit(_PER_PERSON_AND_HOUR, str(user_id))


async def _confirmed(db: AsyncSession, user_id: UserId, *, lock: bool = True) -> models.SecondFactor | None:
    row = await db.get(models.SecondFactor, user_id, with_for_update=lock)
    return row if row is not None and row.confirmed_at is not None else None


def _takes(row: models.SecondFactor, code: str) -> bool:
    """Whether the code is of now, and later than any that was taken before."""
    given = "".join(code.split())
    totp = pyotp.TOTP(unseal(row.secret, _PURPOSE, str(row.user_id)).decode())
    step = int(time.time()) // _STEP_S
    for one in range(step - _DRIFT, step + _DRIFT + 1):
        right = totp.at(one * _STEP_S)
        if one > row.last_step and hmac.compare_digest(right.encode(), given.encode()):
            row.last_step = one
            return True
    return False


def _recovery_code() -> str:
    """abcde-fghjk: 49 bits."""
    letters = "".join(secrets.choice(_LETTERS) for _number in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _hash(code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return sha256(plain.encode()).hexdigest()
