"""No request ever reaches a private address: not by literal, name, redirect, nor by a name that changes its mind."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest
import trustme

from service.core.embedded import DatabaseUrls
from service.core.errors import ServiceError
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.webhooks.addresses import UrlPolicy
from service.webhooks.retries import State
from service.webhooks.sending import Sender, resolve_name
from tests.factories.sales_org import SalesOrg
from tests.factories.webhooks import make_webhooks
from tests.fixtures.webhook_receiver import Receiver, answering, receiver

STRICT = UrlPolicy(allow_http=True)


class Names:
    """A resolver whose answers change from one question to the next; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@asynccontextmanager
async def listening() -> AsyncIterator[list[Receiver]]:
    """Real sockets on IPv4 and IPv6 loopback that must see no connection."""
    async with receiver() as four, receiver(host="::1") as six:
        yield [four, six]
    assert (four.connections, six.connections) == (0, 0)


async def attempt(url: str, names: Names | None = None, policy: UrlPolicy = STRICT) -> str:
    """The error of one attempt."""
    async with Sender(policy, 3, resolve=names or resolve_name) as sender:
        outcome = await sender.post(url, {}, b"{}")
    assert outcome.status is None
    assert outcome.error is not None
    return outcome.error


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]", "localhost",
        "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "127.0.0.1.",
    ],
)  # fmt: skip
async def test_by_literal(host: str) -> None:
    async with listening() as receivers:
        for there in receivers:
            error = await attempt(there.url(host))
            assert error.startswith("must ")
        # And if the URL's own check were not there, the address's would refuse all the same.
        for there in receivers:
            names = Names([host.strip("[]")])
            assert "AddressRefusedError" in await attempt(there.url("harmless.example"), names)


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["::1"], ["127.0.0.1", "::1"], ["::ffff:127.0.0.1"], ["10.0.0.5"], ["169.254.169.254"],
     ["fe80::1%lo"], ["224.0.0.1"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["nonsense"], []],
)  # fmt: skip
async def test_by_name(answers: list[str]) -> None:
    async with listening() as receivers:
        for there in receivers:
            names = Names(answers)
            assert "AddressRefusedError" in await attempt(there.url("innocent.example"), names)
            assert names.asked == 1


async def test_by_the_operating_systems_own_names() -> None:
    async with listening() as receivers:
        for there in receivers:
            policy = UrlPolicy(allow_http=True, allowed=(ip_network("192.0.2.0/24"),))  # lets single labels through
            assert "AddressRefusedError" in await attempt(there.url("localhost"), policy=policy)


async def test_by_a_name_that_changes_between_check_and_connect() -> None:
    """The first answer is public, every later one is loopback: there is no later question."""
    async with listening() as (four, _six):
        names = Names(["192.0.2.1"], ["127.0.0.1"])
        policy = UrlPolicy(allow_http=True, allowed=(ip_network("192.0.2.0/24"),))
        async with Sender(policy, 0.3, resolve=names) as sender:
            outcome = await sender.post(four.url("rebinding.example"), {}, b"{}")
        assert outcome.status is None
        assert "AddressRefused" not in str(outcome.error)  # it did go to the checked address, which leads nowhere
        assert names.asked == 1


async def test_by_a_name_that_changes_between_two_attempts() -> None:
    async with receiver() as public, listening() as (four, _six):
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        allowed = UrlPolicy(allow_http=True, allowed=(ip_network("127.0.0.1/32"),))
        public.behaviour = answering(200, {"connection": "close"})
        async with Sender(allowed, 3, resolve=names) as sender:
            first = await sender.post(public.url("moving.example"), {}, b"{}")
            second = await sender.post(public.url("moving.example"), {}, b"{}")
        assert (first.status, second.status) == (200, None)
        assert "AddressRefusedError" in str(second.error)
        assert four.connections == 0
    assert public.connections == 1


async def test_by_redirect() -> None:
    async with listening() as (four, six):
        for there in (four, six):
            allowed = UrlPolicy(allow_http=True, allowed=(ip_network("127.0.0.1/32"),))
            redirecting = answering(302, {"location": there.url("[::1]")})
            async with receiver(redirecting) as public, Sender(allowed, 3) as sender:
                outcome = await sender.post(public.url(), {}, b"{}")
            assert outcome.status == 302


async def test_a_permitted_address_is_used_where_another_is_not() -> None:
    async with receiver() as there:
        names = Names(["10.0.0.1", "127.0.0.1", "127.0.0.2"])
        allowed = UrlPolicy(allow_http=True, allowed=(ip_network("127.0.0.1/32"),))
        async with Sender(allowed, 3, resolve=names) as sender:
            assert (await sender.post(there.url("both.example"), {}, b"{}")).status == 204
        assert there.requests[0].headers["host"] == f"both.example:{there.port}"


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening() as (four, _six), receiver() as there:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, four.url())
        allowed = UrlPolicy(allow_http=True, allowed=(ip_network("127.0.0.1/32"),))
        async with Sender(allowed, 3) as sender:
            assert (await sender.post(there.url(), {}, b"{}")).status == 204


async def test_tls_is_checked_against_the_name_and_not_against_the_address() -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("hooks.example").configure_cert(server)
    authority.configure_trust(client)
    asked: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: asked.append(name)
    policy = UrlPolicy(allowed=(ip_network("127.0.0.0/8"),))
    async with (
        receiver(tls=server) as there,
        Sender(policy, 3, resolve=Names(["127.0.0.1"]), ssl_context=client) as sender,
    ):
        assert (await sender.post(there.url("hooks.example"), {}, b"{}")).status == 204
        wrong = await sender.post(there.url("other.example"), {}, b"{}")
        assert wrong.status is None
        assert "CERTIFICATE_VERIFY_FAILED" in str(wrong.error)
    assert asked[:2] == ["hooks.example", "other.example"]
    assert len(there.requests) == 1
    assert there.requests[0].headers["host"] == f"hooks.example:{there.port}"


async def test_an_endpoint_made_while_more_was_allowed_is_not_delivered_to(
    org: SalesOrg, settings: Settings, urls: DatabaseUrls, secret_box: SecretBox
) -> None:
    """The check at creation is a hint; the one at delivery counts."""
    async with listening() as (four, _six):
        webhooks = make_webhooks(org, settings, urls, secret_box)
        await webhooks.add(four.url())
        strict = make_webhooks(org, settings, urls, secret_box, webhook_allowed_networks=[])
        with pytest.raises(ServiceError) as refused:
            await strict.add(four.url())
        assert [fault.pointer for fault in refused.value.fields] == ["/url"]
        await strict.emit()
        await strict.deliver()
        (delivery,) = await strict.log()
        assert (delivery.state, delivery.attempts[0].status) == (State.PENDING, None)
        await asyncio.sleep(0.05)
