"""What the tenancy package reads from the environment, once; every package above shares it."""

from functools import lru_cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Documented in .env.example."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = "postgresql+psycopg://ih_app@127.0.0.1:5432/insighthub"
    database_owner_url: str = ""
    redis_url: str = "redis://127.0.0.1:6379/0"
    secret_key: str = Field(min_length=16)
    platform_host: str = "app.localhost"
    public_scheme: Literal["http", "https"] = "http"
    public_port: int = Field(default=8000, ge=1, le=65535)
    rate_limits: bool = True
    demo: bool = False


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
