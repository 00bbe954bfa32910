"""One signed POST to a receiver of webhooks."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import httpx

from leadline import __version__
from leadline.config.webhooks import Outgoing
from leadline_serve.webhooks.signatures import SIGNATURE, TIME, own_signature

TIMEOUT_SECONDS = 10.0
DELIVERY = "X-Leadline-Delivery"

# It writes every whole address, tokens and all, into its log.
logging.getLogger("httpx").setLevel(logging.WARNING)

Poster = Callable[[Outgoing, str, Mapping[str, object]], str]


@contextmanager
def posting() -> Iterator[Poster]:
    """Sends a document under a delivery's key; says what went wrong, or "".

    Never the address, which may hold a token.
    """
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        yield partial(_post, client)


def _post(
    client: httpx.Client, receiver: Outgoing, key: str, document: Mapping[str, object]
) -> str:
    body = json.dumps(document, ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"leadline/{__version__}",
        TIME: timestamp,
        SIGNATURE: own_signature(receiver.secret, body, timestamp),
        DELIVERY: key,
    }
    try:
        answer = client.post(receiver.url, content=body, headers=headers)
    except httpx.InvalidURL:
        return "has no address that can be reached"
    except httpx.HTTPError as error:
        return f"could not be reached ({type(error).__name__})"
    return "" if answer.is_success else f"answered {answer.status_code}"
