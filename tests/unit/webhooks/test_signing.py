"""Signatures are what the Standard Webhooks libraries of others verify, and nothing else is."""

import base64
from datetime import UTC, datetime

import pytest
import standardwebhooks
import svix.webhooks
from hypothesis import given
from hypothesis import strategies as st

from service.webhooks.signing import format_secret, parse_secret, sign

KEYS = st.binary(min_size=24, max_size=64)
VERIFIERS = (
    (standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError),
    (svix.webhooks.Webhook, svix.webhooks.WebhookVerificationError),
)


def test_a_vector_from_the_specification() -> None:
    """The example of the reference implementations."""
    key = parse_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = sign([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.lists(KEYS, min_size=1, max_size=2), st.text(max_size=50).map(lambda text: f'"{text!r}"'))
def test_libraries_of_others_verify_with_each_of_the_secrets(keys: list[bytes], text: str) -> None:
    body = base64.b64encode(text.encode("utf-8", "replace")).join((b'"', b'"'))
    headers = sign(keys, "msg_1", int(datetime.now(UTC).timestamp()), body)
    for key in keys:
        for library, _ in VERIFIERS:
            library(format_secret(key)).verify(body, headers)


@pytest.mark.parametrize("verifier", VERIFIERS, ids=["standardwebhooks", "svix"])
@pytest.mark.parametrize("tampered", ["body", "webhook-id", "webhook-timestamp", "webhook-signature", "secret", "old"])
def test_whatever_is_tampered_with_is_refused(verifier: tuple[type, type[Exception]], tampered: str) -> None:
    key, body, now = b"k" * 32, b'{"type":"person.created"}', int(datetime.now(UTC).timestamp())
    headers = sign([key], "msg_1", now - 600 if tampered == "old" else now, body)
    if tampered == "body":
        body += b" "
    elif tampered == "secret":
        key = b"x" * 32
    elif tampered == "webhook-timestamp":
        headers[tampered] = str(now + 1)
    elif tampered != "old":
        headers[tampered] = headers[tampered][:-4] + "AAA="
    library, refused = verifier
    with pytest.raises(refused):
        library(format_secret(key)).verify(body, headers)


@given(KEYS)
def test_a_secret_is_read_as_it_is_written(key: bytes) -> None:
    assert parse_secret(format_secret(key)) == key


@pytest.mark.parametrize(
    "text", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_????", "whsec_ä", "whsec_" + "A" * 8]
)
def test_what_is_no_secret(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        parse_secret(text)


def test_secrets_have_a_longest_length() -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        parse_secret(format_secret(b"k" * 65))
