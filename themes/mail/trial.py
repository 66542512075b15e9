"""Trying the mail settings: one mail to whoever asks, at once, so that what is wrong is read on the spot."""

from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import uuid4

from limits import RateLimitItemPerHour

from tenancy.db import session
from tenancy.rate_limits import admit
from tenancy.roles import Permission
from tenancy.text import gettext as _
from tenancy.viewer import Viewer
from themes.mail.brand import mail_brand
from themes.mail.drawing import draw_mail
from themes.mail.outlets import in_envelope, outlet_for, own_outlet
from themes.mail.sender_settings import mark_verified, sender_settings
from themes.mail.service_mails import TestMail

# Each is a connection to a server that the tenant chose.
TRIALS = RateLimitItemPerHour(20, 1, namespace="mail-trial")


async def send_test_mail(viewer: Viewer) -> str:
    """Sends a test mail to the viewer through the organisation's own server, else the platform's.

    Returns which server took it. A reseller's own is used from then on. Raises MailTrouble with the reason.
    """
    viewer.require(Permission.MANAGE_MAIL)
    await admit(TRIALS, str(viewer.organization_id))
    async with session(viewer) as db:
        brand = await mail_brand(db, viewer.organization_id)
        own = None if brand.is_platform else await sender_settings(db, brand.realm_id)
        outlet = await outlet_for(db, brand) if own is None else own_outlet(brand, own)
    server = outlet.server.host if outlet.server is not None else _("this machine")
    message = in_envelope(
        draw_mail(TestMail(server), brand, viewer.locale),
        outlet,
        to=viewer.email,
        message_id=str(uuid4()),
        at=format_datetime(datetime.now(UTC)),
        locale=viewer.locale,
    )
    await outlet.send(message, viewer.email)
    if own is not None:
        async with session(viewer) as db:
            await mark_verified(db, viewer, own)
    return server
