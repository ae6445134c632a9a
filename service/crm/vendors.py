"""The vendors behind one face: how to split, translate, and map by default."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.activities.dto.sources import SourceMapping
from service.crm.dto.connections import CrmSystem
from service.crm.events import FieldNames, SplitEvent, Translation
from service.crm.hubspot import splitting as hubspot_splitting
from service.crm.hubspot import translation as hubspot_translation
from service.crm.hubspot import vocabulary as hubspot_vocabulary
from service.crm.other import splitting as other_splitting
from service.crm.other import translation as other_translation
from service.crm.other import vocabulary as other_vocabulary
from service.crm.salesforce import splitting as salesforce_splitting
from service.crm.salesforce import translation as salesforce_translation
from service.crm.salesforce import vocabulary as salesforce_vocabulary


@dataclass(frozen=True, slots=True)
class Vendor:
    """What differs between CRMs once a delivery is stored."""

    split: Callable[[bytes], Iterator[SplitEvent]]
    translate: Callable[[SplitEvent, FieldNames], Translation]
    default_mapping: SourceMapping


VENDORS = {
    CrmSystem.HUBSPOT: Vendor(
        hubspot_splitting.split, hubspot_translation.translate, hubspot_vocabulary.DEFAULT_MAPPING
    ),
    CrmSystem.SALESFORCE: Vendor(
        salesforce_splitting.split, salesforce_translation.translate, salesforce_vocabulary.DEFAULT_MAPPING
    ),
    CrmSystem.OTHER: Vendor(other_splitting.split, other_translation.translate, other_vocabulary.DEFAULT_MAPPING),
}


def effective_mapping(system: CrmSystem, given: SourceMapping | None) -> SourceMapping:
    """A connection's own entries over the vendor's defaults; a field or stage it names is its own."""
    default = VENDORS[system].default_mapping
    if given is None:
        return default
    return SourceMapping(
        stages={**default.stages, **given.stages},
        dispositions={**default.dispositions, **given.dispositions},
        fields={**default.fields, **given.fields},
    )
