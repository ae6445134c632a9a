"""The outermost application: vendors' calls go straight to the receivers, all else to the framework's app.

So no middleware wraps a receiver, and none of its rules (limits, problem rendering, logs) applies to one.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.integrations import events, hubspot, salesforce
from service.crm.receiving.runtime import ReceiverRuntime

HUBSPOT_PATH = "/integrations/hubspot/webhooks"


class IntegrationsDispatcher:
    """Wraps an application; the lifespan sets `receivers` once they have started."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.receivers: ReceiverRuntime | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path == HUBSPOT_PATH:
                if self.receivers is None:
                    await hubspot.UNAVAILABLE.send(send)
                else:
                    await hubspot.hubspot_webhooks(self.receivers, scope, receive, send)
                return
            if path.startswith(salesforce.PREFIX):
                if self.receivers is None:
                    await salesforce.UNAVAILABLE.send(send)
                else:
                    await salesforce.salesforce_outbound(self.receivers, scope, receive, send)
                return
            if path.startswith((events.SALESFORCE_PREFIX, events.PREFIX)):
                if self.receivers is None:
                    await events.UNAVAILABLE.send(send)
                else:
                    await events.json_events(self.receivers, scope, receive, send)
                return
        await self.app(scope, receive, send)
