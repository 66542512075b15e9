"""What the themes package reads from the environment, once: how the platform's mail leaves."""

from functools import lru_cache
from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Documented in .env.example."""

    model_config = SettingsConfigDict(extra="ignore")

    smtp_url: str = ""
    mail_from: str = ""
    mail_from_resellers: str = ""
    smtp_private_networks: bool = False
    mail_dir: Path | None = None

    @field_validator("mail_dir", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
