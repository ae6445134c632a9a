"""What a demo remembers between runs: keys and secrets, in a file only its owner can read."""

from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel

FILE_NAME = "demo.json"


class DemoState(BaseModel):
    """The demo organization of one home folder."""

    org_id: str
    seed: int
    first_run: date
    cut: datetime
    replayed_until: datetime
    admin_key: str
    manager_key: str
    rep_key: str
    manager_id: str
    rep_id: str
    hubspot_secret: str
    hubspot_url: str
    salesforce_url: str
    port: int
    pokes: int = 0


def load_state(home: Path) -> DemoState | None:
    """The state of an earlier run, if there was one."""
    path = home / FILE_NAME
    return DemoState.model_validate_json(path.read_text("utf-8")) if path.exists() else None


def save_state(home: Path, state: DemoState) -> None:
    """Remember; mode 0600 from the start."""
    path = home / FILE_NAME
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(state.model_dump_json(indent=2), "utf-8")
