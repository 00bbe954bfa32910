"""Signatures of webhooks: HubSpot's (v3), and leadline's own, which goes in and out.

Both sign the time with the body, and are good for five minutes in either direction: an event that
somebody has recorded cannot be played again later. Compared in constant time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

WINDOW_SECONDS = 300.0
HUBSPOT_SIGNATURE, HUBSPOT_TIME = "X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"
SIGNATURE, TIME = "X-Leadline-Signature", "X-Leadline-Timestamp"

# HubSpot signs the address with these decoded, and every other escape as it is.
# https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
_ESCAPES = re.compile("|".join(_DECODED), re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,15}", re.ASCII)


def hubspot_signature(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """What HubSpot sends: HMAC-SHA256 of method, address, body and time in ms, in base64."""
    address = _ESCAPES.sub(lambda found: _DECODED[found[0].upper()], uri)
    signed = method.upper().encode() + address.encode() + body + timestamp.encode()
    return base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()


def own_signature(secret: str, body: bytes, timestamp: str) -> str:
    """leadline's own: "sha256=" and HMAC-SHA256 of "TIME.BODY" in hex, the time in seconds."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.digest(secret.encode(), signed, hashlib.sha256).hex()


def is_from_hubspot(
    secret: str, method: str, uri: str, body: bytes, headers: Mapping[str, str], now: float
) -> bool:
    """Whether HubSpot signed this within the window. now: in seconds since 1970."""
    timestamp = headers.get(HUBSPOT_TIME, "")
    if not _is_fresh(timestamp, now, per_second=1000):
        return False
    expected = hubspot_signature(secret, method, uri, body, timestamp)
    return _same(headers.get(HUBSPOT_SIGNATURE, ""), expected)


def is_signed(secret: str, body: bytes, headers: Mapping[str, str], now: float) -> bool:
    """Whether somebody with the secret signed this within the window, leadline's own way."""
    timestamp = headers.get(TIME, "")
    if not _is_fresh(timestamp, now, per_second=1):
        return False
    return _same(headers.get(SIGNATURE, ""), own_signature(secret, body, timestamp))


def _is_fresh(timestamp: str, now: float, per_second: int) -> bool:
    if not _DIGITS.fullmatch(timestamp):
        return False
    return abs(now - int(timestamp) / per_second) <= WINDOW_SECONDS


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected.encode())
