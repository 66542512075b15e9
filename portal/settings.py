"""What the portal package reads from the environment, once."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Documented in .env.example."""

    model_config = SettingsConfigDict(extra="ignore")

    port: int = Field(default=8000, ge=1, le=65535)
    host: str = "127.0.0.1"
    data_dir: Path = Path("data")
    portal_pages: bool = True
    node: str = ""
    page_patience_s: float = Field(default=10, gt=0)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
