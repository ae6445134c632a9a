"""Deliveries go over real sockets to receivers on loopback, which the settings of these tests allow."""

import pytest

from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from tests.factories.sales_org import SalesOrg
from tests.factories.webhooks import Webhooks, make_webhooks


@pytest.fixture
def webhooks(org: SalesOrg, settings: Settings, urls: DatabaseUrls, secret_box: SecretBox) -> Webhooks:
    """The organization's endpoints and a dispatcher with a clock of its own."""
    return make_webhooks(org, settings, urls, secret_box)
