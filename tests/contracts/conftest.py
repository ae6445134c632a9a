"""Contracts that are checked against the running application talk to it as the REST tests do."""

from tests.api.conftest import rest

__all__ = ["rest"]
