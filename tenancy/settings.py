"""What the tenancy package reads from the environment, once; every package above shares it."""

from functools import lru_cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

# What an SPF record may hold for us: include:spf.example.net, a:mx.example.net ip4:192.0.2.7.
_MECHANISMS = r"^[A-Za-z0-9:._/ -]*$"


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
    domain_target: str = ""
    domain_txt_prefix: str = Field(default="_portal-verify", pattern=r"^_[a-z0-9-]{1,40}$")
    dns_servers: str = Field(default="", pattern=r"^[0-9a-fA-F.:\[\], ]*$")
    certificate_authorities: str = "letsencrypt.org"
    mail_spf: str = Field(default="", pattern=_MECHANISMS)
    google_client_id: str = ""
    google_client_secret: str = Field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_name: str = ""
    oidc_private_networks: bool = False
    rate_limits: bool = True
    demo: bool = False

    @property
    def target_host(self) -> str:
        """Where the domains of others point: in their DNS for all to see, so it should name nobody."""
        return self.domain_target.lower().rstrip(".") or self.platform_host.lower()

    @property
    def is_development(self) -> bool:
        """Whether this runs for its own machine alone, where every *.localhost name is ours."""
        return self.platform_host.endswith(".localhost")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
