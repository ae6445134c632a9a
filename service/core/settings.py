"""Every setting of the service, read from `TOUCHLINE_…` environment variables or a `.env` file."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from cryptography.fernet import Fernet
from pydantic import Field, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """The descriptions below are what `docs/configuration.md` prints."""

    model_config = SettingsConfigDict(env_prefix="TOUCHLINE_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(
        default=Path(".touchline"),
        description="Folder of the embedded database and of a generated encryption key.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL URL of the application's role (`touchline_app`). "
        "Unset: an embedded PostgreSQL runs under the home folder.",
    )
    ingest_url: SecretStr | None = Field(
        default=None, description="PostgreSQL URL of the receivers' role (`touchline_ingest`)."
    )
    owner_url: SecretStr | None = Field(
        default=None, description="PostgreSQL URL of the owner of the tables; used by migrations only."
    )
    encryption_keys: list[SecretStr] = Field(
        default_factory=list,
        description="Fernet keys (JSON list) for secrets at rest; the first encrypts, all decrypt. "
        "Unset: one is generated in the home folder, which suits the embedded database only.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `touchline serve` binds.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `touchline serve` binds.")
    public_url: str | None = Field(
        default=None,
        description="Public base URL of this service, as vendors call it: webhook signatures are checked "
        "against it and receiver URLs are built from it. Unset: the served address.",
    )
    log_level: str = Field(default="INFO", description="Least severe level that is logged.")
    log_json: bool = Field(default=True, description="Logs as JSON lines; false prints them for a reader.")
    read_pool_size: int = Field(default=6, ge=1, description="Database connections of the surfaces.")
    ingest_writers: int = Field(
        default=2, ge=1, le=8, description="Writer tasks, one connection each, that group deliveries."
    )
    ingest_group_size: int = Field(
        default=256, ge=1, le=1000, description="Most deliveries that one transaction of a writer holds."
    )
    hubspot_body_bytes: int = Field(default=16 * MIB, ge=1024, description="Largest HubSpot delivery.")
    receiver_body_bytes: int = Field(default=10 * MIB, ge=1024, description="Largest delivery of others.")
    api_body_bytes: int = Field(default=2 * MIB, ge=1024, description="Largest body of a REST or GraphQL request.")
    api_body_seconds: float = Field(
        default=30.0, gt=0, description="Longest a REST or GraphQL body may take to arrive."
    )
    upload_body_bytes: int = Field(
        default=64 * MIB, ge=1024, description="Largest body of an upload, a file to import."
    )
    upload_body_seconds: float = Field(default=300.0, gt=0, description="Longest an upload may take to arrive.")
    api_request_seconds: float = Field(default=60.0, gt=0, description="Longest a REST or GraphQL request may take.")
    rate_limit_caller: int = Field(
        default=600, ge=0, description="Requests per minute of one key or person, and as many at once; 0: no limit."
    )
    rate_limit_organization: int = Field(
        default=6000, ge=0, description="Requests per minute of one organization, and as many at once; 0: no limit."
    )
    cors_origins: list[str] = Field(
        default_factory=list,
        description="Origins (JSON list) whose pages may call the API from a browser: the front end's, for example.",
    )
    worker_batch_events: int = Field(
        default=5000, ge=1, description="Events, at most, that one transaction of the worker applies."
    )
    worker_poll_seconds: float = Field(
        default=1.0, gt=0, le=1.0, description="Longest wait before the worker looks for work without a hint."
    )
    job_heartbeat_seconds: float = Field(
        default=30.0, ge=1, description="A job whose worker gave no sign of life for so long is taken up by another."
    )
    oidc_algorithms: list[Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]] = (
        Field(default=["RS256", "PS256", "ES256", "EdDSA"], description="Signatures (JSON list) that tokens may have.")
    )
    oidc_skew_seconds: int = Field(
        default=5, ge=0, le=300, description="How far the clock of an identity provider may be off."
    )
    oidc_keys_seconds: float = Field(
        default=3600.0, gt=0, description="How long an identity provider's keys are kept before they are fetched again."
    )
    oidc_refetch_seconds: float = Field(
        default=5.0, ge=0, description="Least time between two fetches, however many unknown keys tokens name."
    )
    websocket_connections: int = Field(
        default=2000, ge=0, description="GraphQL WebSocket connections that one process holds."
    )
    webhook_allow_http: bool = Field(
        default=False,
        description="Whether webhook endpoints and identity providers may be http URLs: for development only.",
    )
    webhook_allowed_networks: list[IPvAnyNetwork] = Field(
        default_factory=list,
        description="Networks (JSON list of CIDRs) that webhooks and identity providers may be in although private. "
        "Unset: globally routable addresses only.",
    )
    webhook_timeout_seconds: float = Field(
        default=15.0, gt=0, le=30, description="Longest that one attempt to deliver a webhook may take."
    )
    webhook_concurrency: int = Field(
        default=200, ge=1, le=2000, description="Webhook requests that one worker process has under way at most."
    )
    graphql_introspection: bool = Field(
        default=True, description="Whether GraphQL introspection and the GraphiQL page are served."
    )
    newcomer_page: bool = Field(
        default=False,
        description="Whether `/` is the newcomer's page, a read-only board over GraphQL; the demo always serves it.",
    )

    @model_validator(mode="after")
    def _all_urls_or_none(self) -> Self:
        """A half-configured external database would silently mix two servers."""
        urls = (self.database_url, self.ingest_url, self.owner_url)
        if self.database_url is None and any(urls):
            raise ValueError("TOUCHLINE_DATABASE_URL is needed when another database URL is given")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the service starts its own PostgreSQL."""
        return self.database_url is None

    @property
    def base_url(self) -> str:
        """The public base URL without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def fernet_keys(self) -> list[str]:
        """The configured keys, or the one generated in the home folder (made on first use, mode 0600)."""
        if self.encryption_keys:
            return [key.get_secret_value() for key in self.encryption_keys]
        path = self.home / "encryption.key"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(Fernet.generate_key())
        return [path.read_text().strip()]


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
