"""The closed table of all kinds of mail, and how one is kept and read back."""

from types import MappingProxyType

import msgspec

from themes.mail.account_mails import (
    ConfirmNewEmail,
    EmailChanged,
    IdentityConnected,
    IdentityDisconnected,
    NewSignIn,
    PasswordChanged,
    RecoveryCodesLow,
    ResetPassword,
    TwoFactorOff,
    TwoFactorOn,
    VerifyEmail,
)
from themes.mail.letter import Mail
from themes.mail.people_mails import (
    ConsentAsked,
    ConsentGiven,
    Invitation,
    OwnerInvitation,
    OwnershipTransferred,
    RemovedFromOrganization,
)
from themes.mail.service_mails import (
    CertificateTrouble,
    ClientDeleted,
    DomainFailing,
    DomainVerified,
    ExportReady,
    SiteSilent,
    TestMail,
    UsageWarning,
)

KINDS: MappingProxyType[str, type[Mail]] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (
            VerifyEmail,
            ResetPassword,
            PasswordChanged,
            EmailChanged,
            ConfirmNewEmail,
            NewSignIn,
            TwoFactorOn,
            TwoFactorOff,
            RecoveryCodesLow,
            IdentityConnected,
            IdentityDisconnected,
            Invitation,
            OwnerInvitation,
            RemovedFromOrganization,
            OwnershipTransferred,
            ConsentAsked,
            ConsentGiven,
            DomainVerified,
            DomainFailing,
            CertificateTrouble,
            SiteSilent,
            UsageWarning,
            ClientDeleted,
            ExportReady,
            TestMail,
        )
    }
)


def packed(mail: Mail) -> bytes:
    """The mail's fields, as JSON."""
    return msgspec.json.encode(mail)


def unpacked(kind: str, body: bytes) -> Mail:
    """The mail of that kind with those fields. Raises msgspec.ValidationError where they do not fit."""
    mail: Mail = msgspec.json.decode(body, type=KINDS[kind])
    return mail
