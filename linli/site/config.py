"""What an installation can set, typed, read once from the environment."""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal

from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from linli.site import cluster


class Config(BaseSettings):
    """Settings of one installation. Every name is read from `LINLI_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="LINLI_", extra="ignore")

    database_url: str | None = Field(None, description="the application's login (linli_app)")
    owner_database_url: str | None = Field(
        None, description="the login that migrates (linli_owner)"
    )
    database_name: str = Field("linli", description="database inside the embedded cluster")
    role: Literal["app", "owner"] = Field("app", description="which login this process uses")
    demo: bool = Field(False, description="role chooser without passwords, for is_demo users only")
    secret_key: SecretStr | None = Field(
        None, description="key of sessions and forms, 50 characters or more"
    )
    field_keys: SecretStr | None = Field(
        None,
        description="keys of personal columns: `id:hexadecimal`, comma between, the first in force",
    )
    index_key: SecretStr | None = Field(None, description="key of the blind indexes, hexadecimal")
    chain_keys: SecretStr | None = Field(
        None,
        description="keys of the sealed record: `id:hexadecimal`, comma between, the first in force",
    )
    head_file: str = Field(
        default_factory=lambda: str(cluster.home() / "journal" / "heads"),
        description="file outside the database that remembers how far the sealed record goes",
    )
    allowed_hosts: str = Field(
        "localhost,127.0.0.1,[::1]",
        description="names under which pages are asked for, comma between",
    )
    https: bool = Field(
        False,
        description="behind a proxy that speaks TLS and sets X-Forwarded-Proto; secure cookies",
    )
    hsts_seconds: int = Field(
        0,
        ge=0,
        description="how long browsers insist on TLS; set it when the certificate is proven",
    )
    metrics_token: SecretStr | None = Field(
        None, description="bearer token for /metrics; without it only this machine may read them"
    )
    proxies: str = Field(
        "127.0.0.1,::1",
        description="addresses of the proxy, comma between: with LINLI_HTTPS its X-Real-IP is believed",
    )
    time_zone: str = Field("Asia/Shanghai", description="where days begin and offices open")
    debug: bool = Field(False, description="for developers: error pages that show code and data")
    oidc_server: str | None = Field(
        None, description="address of the city's sign-in (OpenID Connect issuer)"
    )
    oidc_client_id: str = Field("", description="name of this installation at the city's sign-in")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="its secret at the city's sign-in"
    )
    oidc_name: str = Field("统一身份认证", description="what the button calls the city's sign-in")
    oidc_claim: str = Field("staff_number", description="claim that holds the staff number")
    city_code: str = Field("110000", description="code of the place this installation serves")

    def key(self, name: str, *, size: int = 32) -> str:
        """Return a secret from the environment, else from a file of mode 0600 made at first use.

        `size` is in bytes; the text is hexadecimal.
        """
        given: SecretStr | None = getattr(self, name)
        if given is not None:
            return given.get_secret_value()
        folder = cluster.home() / "keys"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        if not path.exists():
            # Written aside and linked: two processes that start together get one and the same key.
            aside = folder / f".{name}.{os.getpid()}"
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_hex(size) + "\n")
            with suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
        return path.read_text().strip()

    def replace_key(self, name: str, text: str) -> None:
        """Write the file of a secret anew, in one step: a reader sees the old text or the new."""
        path = cluster.home() / "keys" / name
        aside = path.with_name(f".{name}.{os.getpid()}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)

    def connection(self) -> dict[str, Any]:
        """Return Django's settings for the database, for the login named by `role`."""
        url = self.owner_database_url if self.role == "owner" else self.database_url
        if self.role == "owner" and url is None:
            url = self.database_url
        if url is None:
            here = cluster.urls(self.database_name)
            if here is None:
                # Commands that work on files alone run without a server; a query then fails clearly.
                return {"ENGINE": "django.db.backends.postgresql", "NAME": self.database_name}
            url = here.owner_url if self.role == "owner" else here.app_url
        parts = conninfo_to_dict(url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.get("dbname"),
            "USER": parts.get("user"),
            "PASSWORD": parts.get("password"),
            "HOST": parts.get("host", ""),
            "PORT": str(parts.get("port", "")),
        }


def translations_folder() -> Path:
    """Return where the compiled translations lie: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "locale"
    return inside if inside.is_dir() else package.parent / "locale"


@cache
def config() -> Config:
    """Return the configuration of this process."""
    return Config()
