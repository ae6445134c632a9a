"""Ids as the two CRMs give them, from the generator's numbers."""

from service.demo.archetypes import Rep
from service.organizations.external_ids import salesforce_id

HUBSPOT, SALESFORCE = 0, 1
SYSTEMS = ("hubspot", "salesforce")

PORTAL_ID = "48975575"
APP_ID = "39522895"
SALESFORCE_ORG_ID = salesforce_id("00D5g000004TLdm")

_PREFIXES = {"deal": "006", "task": "00T", "event": "00U", "user": "005"}
_HUBSPOT_OFFSETS = {"deal": 1, "call": 2, "email": 3, "meeting": 4}


def owner_id(rep: Rep) -> str:
    """Who a rep is in their CRM."""
    if rep.team == HUBSPOT:
        return str(7_100_000 + rep.index)
    return salesforce_id(f"{_PREFIXES['user']}5g00000REP{rep.index:02d}")


def hubspot_id(kind: str, number: str) -> int:
    """The object id of a record in HubSpot."""
    return int(f"{_HUBSPOT_OFFSETS[kind]}{number}")


def salesforce_record_id(kind: str, number: str) -> str:
    """The 18-character id of a record in Salesforce; the number is written in base 36 to fit."""
    digits, value = "", int(number)
    while value:
        value, digit = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return salesforce_id(f"{_PREFIXES[kind]}5{digits:0>11}"[:15])


def record_id(rep: Rep, kind: str, number: str) -> str:
    """A record's id in its rep's CRM: `kind` is deal, call, email or meeting."""
    if rep.team == HUBSPOT:
        return str(hubspot_id(kind, number))
    return salesforce_record_id({"deal": "deal", "meeting": "event"}.get(kind, "task"), _distinct(kind, number))


def _distinct(kind: str, number: str) -> str:
    """Calls and e-mails are both tasks: their numbers must differ."""
    return f"{'2' if kind == 'email' else '1'}{number}"
