"""A HubSpot request: the app's secret verifies it, then each event's portal picks its connection.

A portal receives only what a secret of its own connection verified; an event of a portal that nobody
here has connected waits, unclaimed, under the fingerprint of the secret that verified it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from service.core.clock import utc_now
from service.core.ids import new_id
from service.crm.receiving.receipt import Receipt
from service.crm.receiving.routes import HUBSPOT, LIFETIME_SECONDS, REFRESHED_SECONDS, App, Candidate, Routes
from service.crm.receiving.writer import DeliveryRow, DeliveryWriter, UnclaimedRow
from service.crm.use_cases.unclaimed import fingerprint
from service.crm.verification import is_fresh, matches_v3, v3_message

PEEK_BYTES = 1024 * 1024
NO_ACCOUNT = ""
"""The account of events that name none, where the batch does not settle whose they are."""

_APP_ID = re.compile(rb'"appId"\s*:\s*"?(\d{1,20})')
_PORTAL_ID = re.compile(rb'"portalId"\s*:\s*"?(\d{1,20})')


class _Envelope(msgspec.Struct, rename="camel"):
    """All that routing reads of an event."""

    portal_id: int | str | None = None
    app_id: int | str | None = None


class SignedRequest(NamedTuple):
    """A request as it came; `uri` is built from the configured public URL, never from `Host`."""

    method: str
    uri: str
    body: bytes
    timestamp: str
    signature: str


@dataclass(frozen=True, slots=True)
class _Verified:
    """The application and the secret that verified a request, and the connections that hold this secret."""

    app_id: str
    secret: str
    accounts: Mapping[str, Candidate]


class _ForeignApp(Exception):  # noqa: N818 - a verdict
    """An event claims another application than the one whose secret verified the request."""


_decode_envelopes = msgspec.json.Decoder(list[_Envelope]).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_slices = msgspec.json.Decoder(list[msgspec.Raw]).decode


async def receive_hubspot(routes: Routes, writer: DeliveryWriter, request: SignedRequest, now_ms: int) -> Receipt:
    """Verify, route and store; returns after the commit. `unavailable` when the database is out of reach."""
    if not request.signature or not is_fresh(request.timestamp, now_ms):
        return Receipt.UNVERIFIED
    verified = await _verify(routes, request, LIFETIME_SECONDS) or await _verify(routes, request, REFRESHED_SECONDS)
    if verified is None:
        return Receipt.UNVERIFIED
    try:
        by_account = _split_by_account(request.body, verified)
    except _ForeignApp:
        return Receipt.UNVERIFIED
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Receipt.UNREADABLE
    if not verified.accounts.keys() >= by_account.keys():
        verified = await _verify(routes, request, REFRESHED_SECONDS) or verified
    await _store(writer, by_account, verified)
    return Receipt.STORED


async def _verify(routes: Routes, request: SignedRequest, max_age: float) -> _Verified | None:
    """Before verification the ids in the body select the candidate secrets, and nothing else."""
    apps: Iterable[App]
    if app := _APP_ID.search(request.body, 0, PEEK_BYTES):
        apps = await routes.of_app(app[1].decode(), max_age)
    elif portal := _PORTAL_ID.search(request.body, 0, PEEK_BYTES):
        apps = await routes.of_account(portal[1].decode(), max_age)
    else:
        apps = await routes.of_anybody(max_age)
    message = v3_message(request.method, request.uri, request.body, request.timestamp)
    for candidate in apps:
        for secret, accounts in candidate.by_secret.items():
            if matches_v3(secret, message, request.signature):
                return _Verified(candidate.app_id, secret, accounts)
    return None


def _split_by_account(body: bytes, verified: _Verified) -> dict[str, bytes]:
    """Account → body with its events only; the whole body, untouched, where all are of one account."""
    if not body.isascii():
        body.decode()
    try:
        envelopes = _decode_envelopes(body)
    except msgspec.ValidationError:
        return _split_slices(body, verified)
    accounts = {_account(envelope, verified.app_id) for envelope in envelopes}
    if len(accounts) == 1 and NO_ACCOUNT not in accounts:
        return {accounts.pop(): body}
    return _split_slices(body, verified)


def _split_slices(body: bytes, verified: _Verified) -> dict[str, bytes]:
    """The same, event by event: several accounts, or events that name none.

    The latter go with the only account there is, in the batch or else among the connections, which then
    quarantines them; otherwise they stay unclaimed.
    """
    slices: dict[str, list[msgspec.Raw]] = {}
    for event in _decode_slices(body):
        try:
            account = _account(_decode_envelope(event), verified.app_id)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            account = NO_ACCOUNT
        slices.setdefault(account, []).append(event)
    named = [account for account in slices if account != NO_ACCOUNT] or list(verified.accounts)
    if NO_ACCOUNT in slices and len(named) == 1:
        return {named[0]: body}
    return {account: b"[" + b",".join(events) + b"]" for account, events in slices.items()}


def _account(envelope: _Envelope, app_id: str) -> str:
    if envelope.app_id is not None and str(envelope.app_id) != app_id:
        raise _ForeignApp
    return NO_ACCOUNT if envelope.portal_id is None else str(envelope.portal_id)


async def _store(writer: DeliveryWriter, by_account: dict[str, bytes], verified: _Verified) -> None:
    now = utc_now()
    deliveries, unclaimed = [], []
    for account, body in by_account.items():
        owner = verified.accounts.get(account)
        if owner is not None:
            deliveries.append(DeliveryRow(owner.org_id, new_id(), owner.connection_id, now, body))
        else:
            mark = fingerprint(verified.secret)
            unclaimed.append(UnclaimedRow(new_id(), HUBSPOT, verified.app_id, account[:100], mark, now, body))
    if deliveries or unclaimed:
        await writer.store(deliveries, unclaimed)
