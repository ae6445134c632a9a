"""A HubSpot request: the app's secret verifies it, then each event's portal picks its connection.

A portal receives only what a secret of its own connection verified; an event of a portal that nobody
here has connected waits, unclaimed, under the fingerprint of the secret that verified it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from service.core.clock import utc_now
from service.core.ids import new_id
from service.crm.receiving.receipt import Receipt
from service.crm.receiving.routes import Candidate, Routes
from service.crm.receiving.writer import DeliveryRow, DeliveryWriter, UnclaimedRow
from service.crm.use_cases.unclaimed import fingerprint
from service.crm.verification import is_fresh, matches_v3, v3_message

PEEK_BYTES = 1024 * 1024
REFRESH_SECONDS = 0.05
"""A refusal rests on routes at most this old, so that a new secret or portal counts at once."""

SYSTEM = "hubspot"
NO_ACCOUNT = ""
"""The account of events that name none, where the batch does not settle whose they are."""

_APP_ID = re.compile(rb'"appId"\s*:\s*"?(\d{1,20})')
_PORTAL_ID = re.compile(rb'"portalId"\s*:\s*"?(\d{1,20})')


class _Envelope(msgspec.Struct, rename="camel"):
    """All that routing reads of an event."""

    portal_id: int | str | None = None
    app_id: int | str | None = None


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it came; `uri` is built from the configured public URL, never from `Host`."""

    method: str
    uri: str
    body: bytes
    timestamp: str
    signature: str


class _ForeignApp(Exception):
    """An event claims another app than the one whose secret verified the request."""


_decode_envelopes = msgspec.json.Decoder(list[_Envelope]).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_slices = msgspec.json.Decoder(list[msgspec.Raw]).decode


async def receive_hubspot(routes: Routes, writer: DeliveryWriter, request: SignedRequest, now_ms: int) -> Receipt:
    """Verify, route and store; returns after the commit. `unavailable` when the database is out of reach."""
    if not request.signature or not is_fresh(request.timestamp, now_ms):
        return Receipt.UNVERIFIED
    app_id, portal_id = _peek(request.body)
    message = v3_message(request.method, request.uri, request.body, request.timestamp)
    verified = _verified(await _candidates(routes, app_id, portal_id), message, request.signature)
    if portal_id not in verified:
        fresh = await _candidates(routes, app_id, portal_id, REFRESH_SECONDS)
        verified = _verified(fresh, message, request.signature)
        if not verified:
            return Receipt.UNVERIFIED
    try:
        by_account = _split_by_account(request.body, app_id, verified)
    except _ForeignApp:
        return Receipt.UNVERIFIED
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Receipt.UNREADABLE
    await _store(writer, by_account, app_id, verified)
    return Receipt.STORED


def _peek(body: bytes) -> tuple[str, str]:
    """The first `appId` and `portalId` in a bounded prefix: before verification they select secrets, no more."""
    app = _APP_ID.search(body, 0, PEEK_BYTES)
    portal = _PORTAL_ID.search(body, 0, PEEK_BYTES)
    return (app[1].decode() if app else "", portal[1].decode() if portal else "")


async def _candidates(
    routes: Routes, app_id: str, portal_id: str, max_age: float | None = None
) -> Sequence[Candidate]:
    """Connections whose secrets may have signed; merges carry no `appId`, their portal's connection names it."""
    if app_id:
        return await routes.of_app(app_id, max_age)
    return await routes.of_account(portal_id, max_age) if portal_id else ()


def _verified(candidates: Sequence[Candidate], message: bytes, signature: str) -> dict[str, tuple[Candidate, str]]:
    """Account → connection and the secret of it that verified the request. Connections of an app share secrets."""
    verdicts: dict[str, bool] = {}
    found: dict[str, tuple[Candidate, str]] = {}
    for candidate in candidates:
        for secret in candidate.secrets:
            if secret not in verdicts:
                verdicts[secret] = matches_v3(secret, message, signature)
            if verdicts[secret]:
                found[candidate.account_id] = (candidate, secret)
    return found


def _split_by_account(body: bytes, app_id: str, verified: dict[str, tuple[Candidate, str]]) -> dict[str, bytes]:
    """Account → body with its events only; the whole body, untouched, where all are of one account."""
    if not body.isascii():
        body.decode()
    try:
        envelopes = _decode_envelopes(body)
    except msgspec.ValidationError:
        return _split_slices(body, app_id, verified)
    accounts = {_account(envelope, app_id) for envelope in envelopes}
    if len(accounts) == 1 and NO_ACCOUNT not in accounts:
        return {accounts.pop(): body}
    return _split_slices(body, app_id, verified)


def _split_slices(body: bytes, app_id: str, verified: dict[str, tuple[Candidate, str]]) -> dict[str, bytes]:
    """The same, event by event: several accounts, or an event that cannot be read."""
    slices: dict[str, list[msgspec.Raw]] = {}
    for event in _decode_slices(body):
        try:
            account = _account(_decode_envelope(event), app_id)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            account = NO_ACCOUNT
        slices.setdefault(account, []).append(event)
    named = [account for account in slices if account != NO_ACCOUNT] or list(verified)
    if NO_ACCOUNT in slices and len(named) == 1:
        if named[0] not in slices:
            return {named[0]: body}
        return {named[0]: body}
    return {account: b"[" + b",".join(events) + b"]" for account, events in slices.items()}


def _account(envelope: _Envelope, app_id: str) -> str:
    if envelope.app_id is not None and str(envelope.app_id) != app_id:
        raise _ForeignApp
    return NO_ACCOUNT if envelope.portal_id is None else str(envelope.portal_id)


async def _store(
    writer: DeliveryWriter, by_account: dict[str, bytes], app_id: str, verified: dict[str, tuple[Candidate, str]]
) -> None:
    now = utc_now()
    deliveries, unclaimed = [], []
    for account, body in by_account.items():
        owner = verified.get(account)
        if owner is not None:
            deliveries.append(DeliveryRow(owner[0].org_id, new_id(), owner[0].connection_id, now, body))
        else:
            _, secret = next(iter(verified.values()))
            unclaimed.append(UnclaimedRow(new_id(), SYSTEM, app_id, account, fingerprint(secret), now, body))
    if deliveries or unclaimed:
        await writer.store(deliveries, unclaimed)
