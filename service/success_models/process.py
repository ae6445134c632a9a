"""The sales process: its stages in order, with what must hold before a deal leaves each; pure."""

from typing import Annotated

from pydantic import Field

from service.core.dto import InputDTO, Text

StageKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""The name of a stage in the model; `closed_won` and `closed_lost` decide a deal."""


class Stage(InputDTO):
    """A step of the sales process, in the order of the list."""

    key: StageKey
    name: Text
    exit_criteria: list[Text] = Field(default_factory=list, max_length=20)
