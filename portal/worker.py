"""The Celery app: every package's tasks by name, three queues, and the timetable."""

from celery import Celery
from celery.schedules import crontab

from tenancy.settings import settings

celery_app = Celery("insighthub", broker=settings().redis_url, include=["tenancy.tasks"])
celery_app.conf.update(
    timezone="UTC",
    enable_utc=True,
    task_default_queue="default",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600, "global_keyprefix": "celery:"},
    beat_schedule={
        "purge-expired-sessions": {
            "task": "tenancy.purge_expired_sessions",
            "schedule": crontab(minute=17),
        },
    },
)

QUEUES = ("default", "billing", "reports")
