"""Standard Webhooks: our verdict is the official library's, and each rule on its own."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from service.crm.standard_webhooks import MAX_AGE_SECONDS, is_fresh, matches, new_secret, signed_message

NOW = 1_790_000_000


def test_a_new_secret_is_one_that_the_library_takes() -> None:
    secrets = {new_secret() for _ in range(20)}
    assert len(secrets) == 20
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert Webhook(secret).sign("msg_1", datetime.fromtimestamp(NOW, UTC), "{}").startswith("v1,")


@given(st.text(max_size=200), st.from_regex(r"[A-Za-z0-9_.-]{1,40}", fullmatch=True))
def test_what_the_library_signs_is_verified_and_nothing_else(text: str, id_: str) -> None:
    secret = new_secret()
    signature = Webhook(secret).sign(id_, datetime.fromtimestamp(NOW, UTC), text)
    message = signed_message(id_, str(NOW), text.encode())
    assert matches(secret, message, signature)
    assert matches(secret, message, f"v1a,AAAA v1,AAAA {signature}")
    assert not matches(new_secret(), message, signature)
    assert not matches(secret, message + b" ", signature)
    assert not matches(secret, signed_message(id_ + "x", str(NOW), text.encode()), signature)
    assert not matches(secret, message, signature.replace("v1,", "v1a,"))


@pytest.mark.parametrize(
    "signatures", ["", " ", "v1,", "v1", ",", "\udcff", "v1,é", "v1," + "A" * 10_000, "v1,A " * 500]
)
def test_malformed_signatures_are_refused(signatures: str) -> None:
    assert not matches(new_secret(), b"message", signatures)


def test_more_signatures_than_anybody_sends_are_not_read() -> None:
    secret = new_secret()
    signature = Webhook(secret).sign("a", datetime.fromtimestamp(NOW, UTC), "{}")
    message = signed_message("a", str(NOW), b"{}")
    assert matches(secret, message, "v1,AAAA " * 19 + signature)
    assert not matches(secret, message, "v1,AAAA " * 20 + signature)


def test_a_stored_secret_that_is_no_base64_verifies_nothing() -> None:
    assert not matches("whsec_!!!", b"message", "v1,AAAA")


@pytest.mark.parametrize(
    ("timestamp", "fresh"),
    [
        (str(NOW), True),
        (str(NOW - MAX_AGE_SECONDS), True),
        (str(NOW + MAX_AGE_SECONDS), True),
        (str(NOW - MAX_AGE_SECONDS - 1), False),
        (str(NOW + MAX_AGE_SECONDS + 1), False),
        (f"{NOW}000", False),
        (f"{NOW}.5", False),
        (f"-{NOW}", False),
        ("", False),
        ("١٢٣", False),
        ("9" * 5000, False),
    ],
)
def test_freshness(timestamp: str, fresh: bool) -> None:
    assert is_fresh(timestamp, float(NOW)) is fresh
