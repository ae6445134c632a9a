"""The 15- and the 18-character form of a Salesforce id are the same id."""

import pytest

from service.organizations.external_ids import salesforce_id


@pytest.mark.parametrize(
    "full",
    ["00Dxx0000001gPFEAY", "00DD0000000muCUMAY", "003xx000004TmiQAAS", "04lxx000000CaSeAAK", "04k57000000TOUIAA4"],
)
def test_the_suffix_is_the_vendors(full: str) -> None:
    assert salesforce_id(full[:15]) == full
    assert salesforce_id(full) == full


@pytest.mark.parametrize("text", ["", "short", "00Dxx0000001gP!", "é0Dxx0000001gPF", "x" * 40])
def test_what_is_no_id_stays_as_it_is(text: str) -> None:
    assert salesforce_id(text) == text
