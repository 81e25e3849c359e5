from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, RedisDsn, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every knob of the server, from UNROLLED_<NAME> or .env. Read once, at start-up; then never changed."""

    model_config = SettingsConfigDict(env_prefix="UNROLLED_", env_file=".env", extra="ignore", frozen=True, allow_inf_nan=False)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 is every network of this machine")
    port: int = Field(
        8000, ge=0, le=65535, description="TCP port; 0 takes a free one; if 8000 is taken and no port was asked for, the next free one"
    )
    root_path: str = Field("", pattern="^(/[^/?#]+)*$", description="The sub-path that a proxy serves us under, such as /unrolled")
    allowed_hosts: tuple[str, ...] = Field(
        ("127.0.0.1", "localhost", "::1"),
        description='Host names that requests may be made to, as JSON: ["example.org"]; ["*"] allows every name. Ours are added',
    )
    lan: bool = Field(False, description="Serve the local network, and show the address as a QR code")
    open_browser: bool = Field(True, description="Open the page in a browser, where there is a desktop")
    data: Path = Field(Path("data"), description="Folder where scenes and lectures are stored (SQLite)")
    storage_patience: float = Field(2.0, gt=0, le=86_400, description="Seconds to wait for a locked database before the answer is 503")
    scenes_bytes: int = Field(
        2**30, ge=2**20, description="Bytes of scenes that are stored; beyond that, the oldest that no lecture needs are forgotten"
    )
    datasets_bytes: int = Field(
        2**29, ge=2**22, description="Bytes of data sets that are stored; beyond that, the oldest that no lecture needs are forgotten"
    )
    lectures_bytes: int = Field(2**32, ge=2**20, description="Bytes of lectures that are stored; beyond that, no new one can be started")
    lecture_log_bytes: int = Field(2**24, ge=2**16, description="Bytes of one lecture's log; beyond that, it can only be ended")
    reserved_bytes: int = Field(
        2**21,
        ge=0,
        description="Bytes of the disk that are set aside for lectures, and as many for scenes, in case it becomes full; Redis has none",
    )
    redis_url: RedisDsn | None = Field(None, description="Where several processes share scenes and lectures; without it, SQLite")
    cache_bytes: int = Field(128 * 2**20, ge=0, description="Bytes of computed traces and answers that are kept")
    workers: int = Field(max(1, (os.cpu_count() or 2) - 1), gt=0, description="Computations at the same time; a small one more")
    waiting: int = Field(1000, ge=0, description="Computations that may wait for a worker; the next gets 429")
    training_processes: int = Field(max(1, (os.cpu_count() or 2) - 1), gt=0, description="Trainings at the same time; the rest wait")
    training_waiting: int = Field(64, ge=0, description="Trainings that may wait; the next gets 429")
    training_patience: float = Field(10, gt=0, le=86_400, description="Seconds after which a training ends that nobody listens to")
    training_slice: float = Field(5, gt=0, le=86_400, description="Seconds after which a training lets others go first that wait")
    history_bytes: int = Field(64 * 2**20, ge=0, description="Bytes of past epochs that are kept to go back to; others are computed again")
    public_url: str = Field(
        "", pattern=r"^(https?://[^\s?#]+)?$", description="Where others reach this server, such as https://example.org/unrolled"
    )
    starters: Literal["anyone", "passphrase", "nobody"] = Field(
        "anyone", description="Who may start a lecture: anyone, passphrase or nobody"
    )
    passphrase: SecretStr = Field(
        SecretStr(""), validate_default=True, description="What has to be typed to start a lecture, where starters is passphrase"
    )
    lecture_days: float = Field(30, gt=0, le=36_500, description="Days after its start at which a lecture is deleted")
    lectures_per_hour: int = Field(60, gt=0, description="Lectures that one address may start in an hour")
    wrong_codes: int = Field(
        60, gt=0, description="Wrong codes and keys that one address may try in a minute, and as many wrong passphrases"
    )
    identities: int = Field(500, gt=0, description="Participants of a lecture that may vote from one address")
    metrics_from: tuple[str, ...] = Field(("127.0.0.1", "::1"), description='Addresses that may read /metrics, as JSON: ["10.0.0.7"]')
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"), description='Addresses or networks whose X-Forwarded-For is believed, as JSON: ["10.0.0.0/8"]'
    )
    cookie_key: SecretStr = Field(
        SecretStr(""),
        description="What the seats of participants are signed with, equal in all processes; without it each start makes a key",
    )
    log_requests: bool = Field(False, description="Write a line for every request; lines are JSON, on stderr, without secrets")
    request_seconds: float = Field(
        20, gt=0, le=86_400, description="Seconds that a request may take to arrive, and one more for every 16 KiB of it"
    )
    answer_seconds: float = Field(
        20, gt=0, le=86_400, description="Seconds that a client may take to read 64 KiB of an answer; then it is cut off"
    )
    body_bytes: int = Field(
        64 * 2**20,
        ge=2**20,
        description="Bytes of request bodies that are held at once; beyond that, the stillest upload is cut off, or the largest",
    )
    answer_bytes: int = Field(
        128 * 2**20,
        ge=2**20,
        description="Bytes of answers that are held for readers at once; beyond that, the stillest reader is cut off, or of the largest",
    )
    connections_per_address: int = Field(
        2000,
        gt=0,
        description="Connections that one address may keep open; an IPv6 /64 is one address, and trusted proxies have no limit",
    )
    member_connections: int = Field(
        4000, ge=0, description="Connections of presenters and participants, by their cookies, that are not counted for their addresses"
    )
    retry_after: int = Field(1, gt=0, description="Seconds after which a refused client may come back")
    shutdown_seconds: float = Field(1, gt=0, le=86_400, description="Seconds that answers under way get to finish when the server stops")

    @field_validator("passphrase")
    @classmethod
    def _keeps_others_out(cls, passphrase: SecretStr, info: ValidationInfo) -> SecretStr:
        """An empty one would let in whoever types nothing."""
        if info.data.get("starters") == "passphrase" and not passphrase.get_secret_value():
            raise PydanticCustomError("no_passphrase", "no passphrase")
        return passphrase
