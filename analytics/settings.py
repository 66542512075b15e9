"""What the analytics package reads from the environment, once."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Network = IPv4Network | IPv6Network


class Settings(BaseSettings):
    """Documented in .env.example."""

    model_config = SettingsConfigDict(extra="ignore")

    clickhouse_url: str = "http://default:@127.0.0.1:8123/default"
    clickhouse_cluster: str = Field(default="", pattern=r"^\w*$")
    geoip_db: Path | None = None
    ingest_partitions: int = Field(default=4, ge=1, le=256)
    trusted_proxies: str = ""

    @field_validator("geoip_db", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return value or None

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        _networks(value)
        return value

    def proxy_networks(self) -> tuple[Network, ...]:
        """The peers whose X-Forwarded-For is believed."""
        return _networks(self.trusted_proxies)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
