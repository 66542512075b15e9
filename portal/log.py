"""Logs of our processes: one line of JSON per event, or readable text where a person watches."""

import logging
import sys
from pathlib import Path

import structlog


def configure_logs(file: Path | None = None) -> None:
    """Sets the format for this process, which logs to stderr, or to the file as long as it lives."""
    stream = sys.stderr if file is None else file.open("a", buffering=1)
    readable = stream.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=stream, force=True
    )
