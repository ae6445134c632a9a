"""`touchline …`: thin commands, each of which calls a use case."""

import gc

# Both surfaces are made of a million objects that stay: fewer walks over them, and the service starts a tenth sooner.
gc.set_threshold(50_000, 20, 20)

from service.cli.app import app  # noqa: E402 - the imports are what takes so long

__all__ = ["app"]
