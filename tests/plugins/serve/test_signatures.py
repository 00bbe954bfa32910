"""Signatures: the vendor's own example, and everything that must not pass."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from leadline_serve.webhooks.signatures import (
    HUBSPOT_SIGNATURE,
    HUBSPOT_TIME,
    SIGNATURE,
    TIME,
    WINDOW_SECONDS,
    hubspot_signature,
    is_from_hubspot,
    is_signed,
    own_signature,
)

SECRET, NOW = "an app's own client secret", 1_700_000_000.0
URI, BODY = "https://leads.example.com/webhooks/hub", b'[{"objectId": 1}]'


def by_hand(uri: str, body: bytes, stamp: str) -> str:
    """As HubSpot describes it, step by step."""
    raw = "POST" + uri + body.decode() + stamp
    digest = hmac.new(SECRET.encode(), raw.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def headers(stamp: str, signature: str) -> dict[str, str]:
    return {HUBSPOT_TIME: stamp, HUBSPOT_SIGNATURE: signature}


def passes(stamp: str, signature: str, *, now: float = NOW, uri: str = URI) -> bool:
    return is_from_hubspot(SECRET, "POST", uri, BODY, headers(stamp, signature), now)


def test_what_hubspot_signs_passes() -> None:
    stamp = str(int(NOW * 1000))
    assert passes(stamp, by_hand(URI, BODY, stamp))
    assert passes(stamp, hubspot_signature(SECRET, "post", URI, BODY, stamp))


def test_the_address_is_signed_with_hubspots_escapes_decoded_and_no_others() -> None:
    stamp = str(int(NOW * 1000))
    sent = "https://x.example/in%3Aa%2fb%20c?q=%40me%2C%2B%25"
    signed = "https://x.example/in:a/b%20c?q=@me,%2B%25"
    assert passes(stamp, by_hand(signed, BODY, stamp), uri=sent)
    assert not passes(stamp, by_hand(sent, BODY, stamp), uri=sent)


@pytest.mark.parametrize("late", [WINDOW_SECONDS, -WINDOW_SECONDS])
def test_the_window_is_five_minutes_both_ways(late: float) -> None:
    stamp = str(int(NOW * 1000))
    signature = by_hand(URI, BODY, stamp)
    assert passes(stamp, signature, now=NOW + late)
    assert not passes(stamp, signature, now=NOW + late * 1.01)


@pytest.mark.parametrize("stamp", ["", "now", "-1700000000000", "1e12", "9" * 30, "\u0661\u0667"])
def test_a_time_that_is_none_never_passes(stamp: str) -> None:
    assert not passes(stamp, by_hand(URI, BODY, stamp))


def test_whatever_is_changed_breaks_the_signature() -> None:
    stamp = str(int(NOW * 1000))
    good = by_hand(URI, BODY, stamp)
    assert not passes(stamp, good, uri=URI + "/")
    assert not passes(str(int(NOW * 1000) + 1), good)
    assert not passes(stamp, good[:-2] + "A=")
    assert not passes(stamp, "")
    assert not passes(stamp, "ä" * 44)
    assert not is_from_hubspot(SECRET, "POST", URI, BODY + b" ", headers(stamp, good), NOW)
    assert not is_from_hubspot("another", "POST", URI, BODY, headers(stamp, good), NOW)


def test_leadlines_own_signature_covers_time_and_body() -> None:
    stamp = str(int(NOW))
    told = {TIME: stamp, SIGNATURE: own_signature(SECRET, BODY, stamp)}
    expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert told[SIGNATURE] == f"sha256={expected}"
    assert is_signed(SECRET, BODY, told, NOW)
    assert not is_signed(SECRET, BODY + b"!", told, NOW)
    assert not is_signed(SECRET, BODY, {**told, TIME: str(int(NOW) + 1)}, NOW)
    assert not is_signed(SECRET, BODY, told, NOW + WINDOW_SECONDS + 1)
    assert not is_signed(SECRET, BODY, {}, NOW)
