"""The Celery app: every package's tasks by name, three queues, and the timetable."""

from celery import Celery
from celery.schedules import crontab

from tenancy.settings import settings

celery_app = Celery(
    "insighthub",
    broker=settings().redis_url,
    include=["tenancy.tasks", "themes.tasks", "analytics.tasks", "portal.tasks"],
)
celery_app.conf.update(
    timezone="UTC",
    enable_utc=True,
    task_default_queue="default",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600,
        "global_keyprefix": "celery:",
        # Without them a Redis that hangs, or a connection cut without a word, is waited for without end.
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
    },
    beat_schedule={
        "purge-expired-sessions": {
            "task": "tenancy.purge_expired_sessions",
            "schedule": crontab(minute=17),
        },
        # Who still has a page open notices by itself; this writes down the end of the others.
        "end-overdue-viewings": {
            "task": "tenancy.end_overdue_viewings",
            "schedule": crontab(minute="*/5"),
        },
        "sweep-outgoing-mail": {
            "task": "themes.sweep_outgoing_mail",
            "schedule": 60.0,
        },
        # Each domain once a day; those that fail or are new more often.
        "recheck-domains": {
            "task": "tenancy.recheck_domains",
            "schedule": crontab(minute=37),
        },
        # Soon after somebody, or the clock, has looked at one.
        "tell-of-domains": {
            "task": "portal.tell_of_domains",
            "schedule": crontab(minute="*/10"),
            "options": {"expires": 600},
        },
        "tell-of-usage": {
            "task": "portal.tell_of_usage",
            "schedule": crontab(minute=7),
            "options": {"queue": "reports", "expires": 3_600},
        },
        "forget-expired-salts": {
            "task": "analytics.forget_expired_salts",
            "schedule": crontab(hour="*/6", minute=41),
        },
        # Every hour, as people were told a day; see analytics/erasure.py for why it takes two.
        "erase-deleted": {
            "task": "analytics.erase_deleted",
            "schedule": crontab(minute=53),
        },
        "forget-exports": {
            "task": "analytics.forget_exports",
            "schedule": crontab(minute=23),
        },
        "clear-files": {
            "task": "analytics.clear_files",
            "schedule": crontab(day_of_week="sunday", hour=3, minute=11),
            "options": {"queue": "reports", "expires": 3_600},
        },
        "roll-up-large-sites": {
            "task": "analytics.roll_up_large_sites",
            "schedule": crontab(minute="*/20"),
            # What waits longer is overtaken by the next one.
            "options": {"queue": "reports", "expires": 1_200},
        },
    },
)

QUEUES = ("default", "billing", "reports")
