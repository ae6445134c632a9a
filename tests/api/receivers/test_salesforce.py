"""What Salesforce is answered, case by case, and what is stored of it."""

from pathlib import Path

import pytest
from lxml import etree

from service.crm.dto.connections import CreatedCrmConnectionDTO, CrmSystem
from tests.factories.receivers import Receivers, new_salesforce_org
from tests.factories.sales_org import SalesOrg

MESSAGES = {
    "amp_batch_update_contacts": "00Dxx0000001gPFEAY",
    "amp_create_account": "00Dxx0000001gPFEAY",
    "amp_field_populated": "00Dxx0000001gPFEAY",
    "amp_null_field_omitted": "00Dxx0000001gPFEAY",
    "aspnet_lead_batch3_bom": "0123456789ABCDENNN",
    "comsave_custom_object": "00DD0000000muCUMAY",
}
REFUSED = {"aspnet_empty_notifications_bom": "0123456789ABCDENNN", "comsave_malformed": "00DD0000000muCUMAY"}
OUTBOUND = "http://soap.sforce.com/2005/09/outbound"


def message(organization: str, session: str = '<SessionId xsi:nil="true"/>', prolog: str = "") -> bytes:
    """A minimal outbound message."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{prolog}
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="{OUTBOUND}">
<OrganizationId>{organization}</OrganizationId><ActionId>04k000000000000AAA</ActionId>{session}
<Notification><Id>04l000000000001AAA</Id>
<sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
<sf:Id>006000000000001AAA</sf:Id><sf:LastModifiedDate>2026-01-02T03:04:05.000Z</sf:LastModifiedDate>
</sObject></Notification></notifications></soapenv:Body></soapenv:Envelope>""".encode()


def is_fault(body: bytes) -> bool:
    """A SOAP fault, and no Ack anywhere."""
    root = etree.fromstring(body)
    fault = root.find(
        "{http://schemas.xmlsoap.org/soap/envelope/}Body/{http://schemas.xmlsoap.org/soap/envelope/}Fault"
    )
    return fault is not None and bool(fault.findtext("faultstring")) and b"Ack" not in body


async def connect(receivers: Receivers, org: SalesOrg, account: str) -> CreatedCrmConnectionDTO:
    """A Salesforce connection."""
    return await receivers.connect(org.id, system=CrmSystem.SALESFORCE, account_id=account)


@pytest.mark.parametrize(("name", "organization"), MESSAGES.items())
async def test_every_captured_message_is_acknowledged(
    receivers: Receivers, org: SalesOrg, shared: Path, name: str, organization: str
) -> None:
    folder = shared / "vectors" / "salesforce"
    body, ack = (folder / f"{name}.xml").read_bytes(), (folder / "expected_ack.xml").read_bytes()
    connection = await connect(receivers, org, organization)
    try:
        answer = await receivers.post_salesforce(connection.receiver_url, body)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/xml")
        assert answer.content == ack
        (stored,) = await receivers.deliveries(org.id, connection.id)
        assert b"MASKED" not in stored
        assert etree.fromstring(stored).findtext(f".//{{{OUTBOUND}}}Notification/{{{OUTBOUND}}}Id")
    finally:
        await receivers.disconnect(org.id, connection.id)


@pytest.mark.parametrize(("name", "organization"), REFUSED.items())
async def test_messages_that_are_none_are_faults(
    receivers: Receivers, org: SalesOrg, shared: Path, name: str, organization: str
) -> None:
    connection = await connect(receivers, org, organization)
    try:
        body = (shared / "vectors" / "salesforce" / f"{name}.xml").read_bytes()
        answer = await receivers.post_salesforce(connection.receiver_url, body)
        assert (answer.status_code, is_fault(answer.content)) == (400, True)
        assert await receivers.deliveries(org.id, connection.id) == []
    finally:
        await receivers.disconnect(org.id, connection.id)


def test_no_captured_message_is_left_out(shared: Path) -> None:
    found = {path.stem for path in (shared / "vectors" / "salesforce").glob("*.xml")}
    assert found - {"expected_ack"} == {*MESSAGES, *REFUSED}


@pytest.fixture
async def connection(receivers: Receivers, org: SalesOrg) -> CreatedCrmConnectionDTO:
    """A connection of an organization of its own."""
    return await connect(receivers, org, new_salesforce_org())


async def test_the_short_form_of_the_organization_is_the_same(
    receivers: Receivers, connection: CreatedCrmConnectionDTO
) -> None:
    assert len(connection.account_id) == 18
    for account in (connection.account_id, connection.account_id[:15]):
        assert (await receivers.post_salesforce(connection.receiver_url, message(account))).status_code == 200


async def test_an_unknown_token_and_another_organization_are_forbidden(
    receivers: Receivers, connection: CreatedCrmConnectionDTO, other_org: SalesOrg
) -> None:
    theirs = await connect(receivers, other_org, new_salesforce_org())
    body = message(theirs.account_id)
    changed = connection.receiver_url[:-1] + ("A" if connection.receiver_url[-1] != "A" else "B")
    for url in (changed, connection.receiver_url.rpartition("/")[0] + "/", connection.receiver_url):
        answer = await receivers.post_salesforce(url, body)
        assert (answer.status_code, is_fault(answer.content)) == (403, True)
    assert await receivers.deliveries(other_org.id, theirs.id) == []


@pytest.mark.parametrize(
    "session",
    [
        "<SessionId>00D!secret</SessionId>",
        "<SessionId><![CDATA[00D!secret]]></SessionId>",
        "<SessionId>00D!<!-- -->secret</SessionId>",
        "<SessionId><x>00D!secret</x></SessionId>",
    ],
)
async def test_the_session_is_never_stored(
    receivers: Receivers, org: SalesOrg, connection: CreatedCrmConnectionDTO, session: str
) -> None:
    body = message(connection.account_id, session)
    assert (await receivers.post_salesforce(connection.receiver_url, body)).status_code == 200
    (stored,) = await receivers.deliveries(org.id, connection.id)
    assert b"secret" not in stored
    assert b"006000000000001AAA" in stored


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
    ],
)
async def test_a_doctype_is_refused(receivers: Receivers, connection: CreatedCrmConnectionDTO, prolog: str) -> None:
    answer = await receivers.post_salesforce(connection.receiver_url, message(connection.account_id, prolog=prolog))
    assert (answer.status_code, is_fault(answer.content)) == (400, True)


@pytest.mark.parametrize("body", [b"", b"{}", b"<a/>", b"<a", b"\x00", b"<?xml version='1.0' encoding='nope'?><a/>"])
async def test_what_is_no_message_is_a_bad_request(
    receivers: Receivers, connection: CreatedCrmConnectionDTO, body: bytes
) -> None:
    answer = await receivers.post_salesforce(connection.receiver_url, body)
    assert (answer.status_code, is_fault(answer.content)) == (400, True)


async def test_method_type_and_size(receivers: Receivers, connection: CreatedCrmConnectionDTO) -> None:
    url, body = connection.receiver_url, message(connection.account_id)
    for method in ("GET", "PUT", "DELETE"):
        answer = await receivers.client.request(method, url)
        assert (answer.status_code, answer.headers["allow"], is_fault(answer.content)) == (405, "POST", True)
    answer = await receivers.post_salesforce(url, body, **{"content-type": "application/json"})
    assert (answer.status_code, is_fault(answer.content)) == (415, True)
    answer = await receivers.post_salesforce(url, b" " * (10 * 1024 * 1024 + 1))
    assert (answer.status_code, is_fault(answer.content)) == (413, True)


async def test_a_large_message_is_read_off_the_event_loop(
    receivers: Receivers, org: SalesOrg, connection: CreatedCrmConnectionDTO
) -> None:
    body = message(connection.account_id, "<SessionId>00D!secret</SessionId>" + " " * 300_000)
    assert (await receivers.post_salesforce(connection.receiver_url, body)).status_code == 200
    (stored,) = await receivers.deliveries(org.id, connection.id)
    assert b"secret" not in stored
