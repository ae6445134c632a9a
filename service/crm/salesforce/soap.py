"""Salesforce outbound messages: hardened parsing, credentials removed, the Ack and the fault."""

from dataclasses import dataclass

from lxml import etree

from service.crm.events import UnreadableDelivery
from service.organizations.external_ids import salesforce_id

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OUTBOUND = "http://soap.sforce.com/2005/09/outbound"
SESSION = f"{{{OUTBOUND}}}SessionId"
MAX_NOTIFICATIONS = 100

ACK = b"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" \
xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound">
   <Ack>true</Ack>
  </notificationsResponse>
 </soapenv:Body>
</soapenv:Envelope>
"""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A parsed message: the organization that sent it (18 characters), and its notifications."""

    organization_id: str
    notifications: list["etree._Element"]
    root: "etree._Element"
    has_session: bool


def parse(body: bytes) -> OutboundMessage:
    """Parse a message; `UnreadableDelivery` for bad XML, a DOCTYPE, or what is no outbound message."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDelivery(f"not well-formed XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDelivery("a DOCTYPE is refused")
    message = root.find(f"{{{SOAP}}}Body/{{{OUTBOUND}}}notifications")
    if message is None:
        raise UnreadableDelivery("no notifications element")
    organization = message.findtext(f"{{{OUTBOUND}}}OrganizationId", "").strip()
    if not organization:
        raise UnreadableDelivery("no OrganizationId")
    notifications = message.findall(f"{{{OUTBOUND}}}Notification")
    if not 1 <= len(notifications) <= MAX_NOTIFICATIONS:
        raise UnreadableDelivery(f"{len(notifications)} notifications, where 1 to {MAX_NOTIFICATIONS} are sent")
    has_session = any(len(element) or element.text for element in root.iter(SESSION))
    return OutboundMessage(salesforce_id(organization), notifications, root, has_session)


def without_credentials(message: OutboundMessage, body: bytes) -> bytes:
    """The bytes to store: as they came, unless a SessionId (a credential) must be taken out."""
    if not message.has_session:
        return body
    for element in message.root.iter(SESSION):
        element[:] = []
        element.text = None
    return etree.tostring(message.root, xml_declaration=True, encoding="UTF-8")


def fault(reason: str) -> bytes:
    """A SOAP 1.1 fault; Salesforce then delivers again."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    element = etree.SubElement(body, f"{{{SOAP}}}Fault")
    etree.SubElement(element, "faultcode").text = "soapenv:Client"
    etree.SubElement(element, "faultstring").text = reason
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
