"""What themes does when nobody waits for it: mails leave."""

from uuid import UUID

from celery import shared_task

from tenancy.db import run_alone
from themes.mail.outbox import deliver, due_mails


@shared_task(name="themes.send_outgoing_mail", ignore_result=True)  # type: ignore[untyped-decorator]
def send_outgoing_mail(mail_id: str) -> str | None:
    """One try at a mail; the sweep sees to the next. Can run twice, also at the same time."""
    return run_alone(deliver(UUID(mail_id)))


@shared_task(name="themes.sweep_outgoing_mail", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_outgoing_mail() -> int:
    """Queues every mail that is due and was not sent, and says how many."""
    due = run_alone(due_mails())
    for mail_id in due:
        send_outgoing_mail.delay(str(mail_id))
    return len(due)
