"""What an installation can set, typed, read once from the environment."""

import os
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from linli.site import cluster


@dataclass(frozen=True)
class _Read:
    """Keys as read, and by what it shows that they are no longer the ones in force."""

    source: SecretStr | None
    path: Path | None
    stamp: tuple[int, int] | None
    keys: dict[int, bytes]


_read_keys: dict[str, _Read] = {}


def _stamp(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    found = os.stat(path)
    return found.st_mtime_ns, found.st_ino


def _aside(path: Path, text: str) -> Path:
    """Write a secret beside its file, mode 0600, to be put in its place."""
    # Two threads of one process may make the same key at the same moment.
    aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return aside


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
    demo_cases: int = Field(
        0, ge=0, description="how many cases the demo grows to; linli demo sets it for its pages"
    )
    secret_key: SecretStr | None = Field(
        None, description="key of sessions and forms, 50 characters or more"
    )
    field_keys: SecretStr | None = Field(
        None,
        description="keys of personal columns: `id:hexadecimal`, comma between, the first in force",
    )
    index_key: SecretStr | None = Field(
        None,
        description="keys of the blind indexes: `id:hexadecimal`, comma between, the first in force",
    )
    cipher: Literal["aes-256-gcm", "sm4-gcm"] = Field(
        "aes-256-gcm", description="with what personal columns are sealed from now on"
    )
    digest: Literal["sha-256", "sm3"] = Field(
        "sha-256", description="with what blind indexes are made from now on"
    )
    retention: str = Field(
        "",
        description="days that personal data are kept after the close: `requester=730,words=1825`",
    )
    chain_keys: SecretStr | None = Field(
        None,
        description="keys of the sealed record: `id:hexadecimal`, comma between, the first in force",
    )
    head_file: str | None = Field(
        None,
        description="file outside the database that remembers how far the sealed record goes",
    )
    files: Path | None = Field(
        None, description="folder of the sealed files; without it, `files` under LINLI_HOME"
    )
    scanner: str | None = Field(
        None,
        description="virus scanner: unix:/path or tcp:host:port of clamd, or a command that reads the file "
        "on its standard input and ends with 0 (clean) or 1 (found)",
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
    live_url: str = Field(
        "",
        description="address of the live stream: a path at the proxy (/live/), or :port/path at the same host; "
        "without it pages ask every half minute",
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
    propose: bool = Field(
        True,
        description="a process beside each web process proposes category and place while somebody types",
    )
    site_url: str = Field(
        "",
        description="address of the pages, e.g. https://linli.example: links in messages lead there",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="mail server: smtp://user:password@host:port, smtps://…, or smtp://…?starttls; without it no e-mail goes out",
    )
    mail_from: str = Field(
        "linli@localhost", description="sender of letters: an address, or `Name <address>`"
    )
    robot_hosts: str = Field(
        "",
        description="hosts of group robots allowed beside those of WeCom, DingTalk and Feishu, comma between",
    )
    hook_networks: str = Field(
        "",
        description="private networks that may be told what happens: `10.1.0.0/16`, comma between; public ones may always",
    )
    platform_drop: Path | None = Field(
        None,
        description="folder into which the city's platform drops files, one folder a map: `<folder>/platform/…`",
    )
    open311_public: bool = Field(
        False,
        description="Open311: requests can be read without a key, without what the caller said",
    )
    open311_questions: Path | None = Field(
        None, description="Open311: a file of the city's own questions in place of the shipped ones"
    )
    city_code: str = Field("110000", description="code of the place this installation serves")

    def smtp_server(self) -> str:
        """Return the mail server's address, empty where none is set."""
        return self.smtp_url.get_secret_value() if self.smtp_url else ""

    def robot_host_names(self) -> frozenset[str]:
        """Return the hosts that robots may have beside their providers' own."""
        return frozenset(host.strip() for host in self.robot_hosts.split(",") if host.strip())

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
            aside = _aside(path, secrets.token_hex(size))
            with suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
        return path.read_text().strip()

    def key_file(self, name: str) -> Path | None:
        """Return the file of a secret, or None where the environment holds it."""
        return None if getattr(self, name) is not None else cluster.home() / "keys" / name

    def keys(self, name: str) -> dict[int, bytes]:
        """Return keys by id, the one in force first. Text form: `1:hex,2:hex`, or one bare key, which is 1.

        A file is read again once it has changed: keys rotate while every process runs on.
        """
        read = _read_keys.get(name)
        if (
            read is not None
            and read.source is getattr(self, name)
            and read.stamp == _stamp(read.path)
        ):
            return read.keys
        keys: dict[int, bytes] = {}
        for part in self.key(name).split(","):
            given, colon, text = part.strip().rpartition(":")
            keys[int(given) if colon else 1] = bytes.fromhex(text)
        path = self.key_file(name)
        _read_keys[name] = _Read(getattr(self, name), path, _stamp(path), keys)
        return keys

    def write_keys(self, name: str, keys: dict[int, bytes]) -> None:
        """Put keys in force, the first first. Only where a file holds them; it changes at once or not at all."""
        path = self.key_file(name)
        assert path is not None, "the environment is not ours to write"
        text = ",".join(f"{key_id}:{key.hex()}" for key_id, key in keys.items())
        _aside(path, text).replace(path)

    def heads(self) -> Path:
        """Return the head file: as set, else one in the installation's home for each database."""
        if self.head_file:
            return Path(self.head_file)
        return cluster.home() / "journal" / f"heads-{self.connection()['NAME']}"

    def files_folder(self) -> Path:
        """Return the folder of the sealed files, not necessarily existing yet."""
        return self.files or cluster.home() / "files"

    def uploads_folder(self) -> Path:
        """Return the folder, made if need be, where large uploads wait for the end of their request."""
        folder = cluster.home() / "uploads"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def proposing_folder(self) -> Path:
        """Return the folder, made if need be, where models and names lie for the process that proposes."""
        folder = cluster.home() / "proposing"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

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

    def put_aside(self, name: str, number: int) -> Path:
        """Take a key out of use and keep it in a file beside, which nothing reads. Returns that file."""
        keys, path = self.keys(name), self.key_file(name)
        assert path is not None, "the environment is not ours to write"
        aside = path.with_name(f"{name}.{number}.out-of-use")
        _aside(path, f"{number}:{keys[number].hex()}").replace(aside)
        self.write_keys(name, {known: key for known, key in keys.items() if known != number})
        return aside


def translations_folder() -> Path:
    """Return where the compiled translations lie: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "locale"
    return inside if inside.is_dir() else package.parent / "locale"


@cache
def config() -> Config:
    """Return the configuration of this process."""
    return Config()
