"""A feed's tag follows the code that writes the file, whatever part of it is changed."""

import ast
import inspect
from types import ModuleType

from service.coaching_sessions import calendar_series
from service.coaching_sessions.use_cases import calendar_files
from service.coaching_sessions.use_cases.calendar_writing import WRITERS, rendering_release


def imports_of(module: ModuleType) -> set[str]:
    """The modules of ours that a module takes anything from."""
    nodes = ast.walk(ast.parse(inspect.getsource(module)))
    names = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name for name in names if name.startswith("service.")}


def test_no_module_that_writes_a_file_is_left_out() -> None:
    listed = {module.__name__ for module in WRITERS}
    for module in WRITERS:
        assert imports_of(module) <= listed, f"list in calendar_writing.WRITERS what {module.__name__} imports"
    assert "service.coaching_sessions.calendar" in imports_of(calendar_files)


def test_other_code_is_another_tag() -> None:
    assert rendering_release(calendar_files.__name__) != rendering_release(calendar_series.__name__)
