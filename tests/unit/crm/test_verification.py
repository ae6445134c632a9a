"""HubSpot's signatures: every verdict of the shared vectors, and each rule on its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.crm.verification import (
    DECODED_ESCAPES,
    MAX_AGE_MS,
    decode_uri,
    is_fresh,
    verify_v1,
    verify_v2,
    verify_v3,
)

NOW = 1_790_000_000_000


def verdict(vector: dict[str, Any]) -> bool:
    """The pure verifier's answer, given the version."""
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    body = vector["body"].encode()
    if vector["version"] == "v1":
        return verify_v1(vector["secret"], body, headers["x-hubspot-signature"])
    if vector["version"] == "v2":
        signature = headers["x-hubspot-signature"]
        return verify_v2(vector["secret"], vector["method"], vector["url"], body, signature)
    return verify_v3(
        vector["secret"],
        vector["method"],
        vector["url"],
        body,
        headers["x-hubspot-request-timestamp"],
        headers["x-hubspot-signature-v3"],
        vector["verify_at_ms"],
    )


def test_every_shared_vector_gets_its_verdict(shared: Path) -> None:
    document = json.loads((shared / "vectors" / "hubspot" / "signed.json").read_text())
    assert document["uri_decode_table"] == DECODED_ESCAPES
    assert document["max_age_ms"] == MAX_AGE_MS
    verdicts = {vector["name"]: verdict(vector) for vector in document["vectors"]}
    assert verdicts == {vector["name"]: vector["expected"] == "valid" for vector in document["vectors"]}
    assert len(verdicts) == 13


@pytest.mark.parametrize(
    ("uri", "signed"),
    [
        ("https://a.b/x?q=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B", "https://a.b/x?q=:/?@!$'()*,;"),
        ("https://a.b/x?q=%20%25%2B%26%3D%23", "https://a.b/x?q=%20%25%2B%26%3D%23"),
        ("https://a.b/x?q=%253A", "https://a.b/x?q=%253A"),
    ],
)
def test_twelve_escapes_are_decoded_once_and_no_other(uri: str, signed: str) -> None:
    assert decode_uri(uri) == signed


@pytest.mark.parametrize(
    ("timestamp", "fresh"),
    [
        (str(NOW), True),
        (str(NOW - MAX_AGE_MS), True),
        (str(NOW - MAX_AGE_MS - 1), False),
        (str(NOW + MAX_AGE_MS), True),
        (str(NOW + MAX_AGE_MS + 1), False),
        (str(NOW // 1000), False),
        ("", False),
        ("-790000000000", False),
        (" 79000000000 ", False),
        ("179000000000٣", False),
    ],
)
def test_a_timestamp_is_thirteen_digits_at_most_five_minutes_away(timestamp: str, *, fresh: bool) -> None:
    assert is_fresh(timestamp, NOW) is fresh


@pytest.mark.parametrize("signature", ["", "é", "AAAA", "\udc80"])
def test_a_signature_of_any_text_is_refused_not_raised(signature: str) -> None:
    assert not verify_v3("secret", "POST", "https://a.b/", b"[]", str(NOW), signature, NOW)
    assert not verify_v2("secret", "POST", "https://a.b/", b"[]", signature)
    assert not verify_v1("secret", b"[]", signature)
