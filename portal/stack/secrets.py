"""The passwords of one data directory: made at the first start, kept beside the data."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class StackSecrets:
    """Random texts, safe in a URL."""

    postgres: str
    app: str
    redis: str
    clickhouse: str
    secret_key: str


def stack_secrets(data_dir: Path) -> StackSecrets:
    """The secrets of a data directory, readable by its owner only."""
    path = data_dir / "secrets.json"
    if path.exists():
        return StackSecrets(**json.loads(path.read_text()))
    made = StackSecrets(*(secrets.token_urlsafe(24) for _ in range(5)))
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(made), file)
    draft.rename(path)
    return made
