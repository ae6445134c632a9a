"""`touchline …`: thin commands, each of which calls a use case."""

from service.cli.app import app

__all__ = ["app"]
