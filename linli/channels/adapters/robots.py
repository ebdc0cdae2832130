"""The robots of groups: one POST of JSON to the group's own address, signed where the group asks for it.

All three answer HTTP 200 to what they refuse and say so in the body; what is not read there is lost in silence
(docs/adr/0019). Formats and limits by the providers' documentation, read in November 2026:
WeCom (developer.work.weixin.qq.com/document/path/91770): text of at most 2,048 bytes, 20 posts a minute.
DingTalk (open.dingtalk.com/document/robots/custom-robot-access): 20 posts a minute, beyond them shut for ten minutes; signature
in the address: HMAC-SHA256 by the secret of "milliseconds, line end, secret".
Feishu (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot): body of at most 20 KB, 100 posts a minute and 5 a second;
signature in the body: HMAC-SHA256 by "seconds, line end, secret" of nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from linli.channels.adapters import Letter, NotSent

PATIENCE = (5, 15)
"""Seconds for the connection, and for the answer."""


@dataclass(frozen=True)
class Robot:
    """A provider: its host, how many bytes of text it takes, and what its answers mean.

    `full` are the codes for too many posts, `final` those that another try would not mend: a dead address, a wrong signature.
    """

    host: str
    limit: int
    answer: str
    full: frozenset[int]
    final: frozenset[int]
    body: Callable[[Letter, str], dict[str, Any]]
    query: Callable[[Letter], dict[str, str]]


def _signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _text(letter: Letter, text: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}


def _plain(letter: Letter) -> dict[str, str]:
    return {}


def _dingtalk_query(letter: Letter) -> dict[str, str]:
    if not letter.secret:
        return {}
    stamp = str(round(letter.at.timestamp() * 1000))
    return {"timestamp": stamp, "sign": _signature(letter.secret, f"{stamp}\n{letter.secret}")}


def _feishu(letter: Letter, text: str) -> dict[str, Any]:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if letter.secret:
        stamp = str(round(letter.at.timestamp()))
        body |= {"timestamp": stamp, "sign": _signature(f"{stamp}\n{letter.secret}", "")}
    return body


PROVIDERS = {
    "wecom": Robot(
        host="qyapi.weixin.qq.com",
        limit=2048,
        answer="errcode",
        full=frozenset({45009}),
        final=frozenset({93000, 40008, 40058}),
        body=_text,
        query=_plain,
    ),
    "dingtalk": Robot(
        host="oapi.dingtalk.com",
        limit=18_000,
        answer="errcode",
        full=frozenset({130101, 410100}),
        final=frozenset({300001, 310000}),
        body=_text,
        query=_dingtalk_query,
    ),
    "feishu": Robot(
        host="open.feishu.cn",
        limit=18_000,
        answer="code",
        full=frozenset({11232}),
        final=frozenset({9499, 19001, 19021, 19022, 19024}),
        body=_feishu,
        query=_plain,
    ),
}


def is_address(means: str, address: str, *, hosts: frozenset[str] = frozenset()) -> bool:
    """Return whether an address is one of the provider's, over TLS; `hosts` are those that an installation allows beside."""
    parts = urlsplit(address)
    if parts.netloc in hosts:
        return parts.scheme in ("https", "http")
    return parts.scheme == "https" and parts.netloc == PROVIDERS[means].host


def post(means: str, letter: Letter) -> None:
    """Post a letter into a group. Raises NotSent."""
    robot = PROVIDERS[means]
    body = robot.body(letter, letter.text(limit=robot.limit))
    try:
        answer = requests.post(
            letter.address,
            params=robot.query(letter),
            json=body,
            timeout=PATIENCE,
            allow_redirects=False,
        )
    except requests.ConnectTimeout as failed:
        raise NotSent("unreachable") from failed
    except requests.Timeout as failed:
        raise NotSent("no_answer", is_unsure=True) from failed
    except requests.ConnectionError as failed:
        # A connection that breaks after the body went out cannot be told from one that was never made.
        is_refused = "refused" in str(failed).lower() or "resolve" in str(failed).lower()
        raise NotSent("unreachable", is_unsure=not is_refused) from failed
    except requests.RequestException as failed:
        raise NotSent("wrong_address", is_final=True) from failed
    _read(robot, answer)


def _read(robot: Robot, answer: requests.Response) -> None:
    if answer.status_code != requests.codes.ok:
        raise NotSent(f"http_{answer.status_code}", is_final=answer.status_code in (400, 403, 404))
    try:
        code = int(answer.json()[robot.answer])
    except (ValueError, KeyError, TypeError) as failed:
        raise NotSent("strange_answer", is_unsure=True) from failed
    if code in robot.full:
        raise NotSent("too_many")
    if code:
        raise NotSent(f"code_{code}", is_final=code in robot.final)
