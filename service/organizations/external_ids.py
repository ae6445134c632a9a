"""Ids of other systems in one canonical form, so that the same record is never two."""

import string

_SUFFIX = string.ascii_uppercase + "012345"


def salesforce_id(text: str) -> str:
    """The 18-character form of a Salesforce id; anything that is not 15 characters long stays as it is.

    The suffix says which characters of each group of five are upper case (Salesforce, "ID Field Type").
    """
    if len(text) != 15 or not text.isascii() or not text.isalnum():
        return text
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << index for index, char in enumerate(text[start : start + 5]) if char.isupper())
        suffix += _SUFFIX[bits]
    return text + suffix


def canonical_external_id(system: str, text: str) -> str:
    """An external id as it is stored and compared."""
    return salesforce_id(text) if system == "salesforce" else text
