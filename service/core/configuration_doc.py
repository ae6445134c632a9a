"""Prints `docs/configuration.md` from the settings, so that the page cannot drift."""

from service.core.settings import Settings


def render_configuration() -> str:
    """The page as Markdown: one row per environment variable."""
    lines = [
        "# Configuration",
        "",
        "Every setting is an environment variable (or a line of `.env`). This page is generated from",
        "`service/core/settings.py`; `touchline configuration --check` fails when it is out of date.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.is_required() else field.get_default(call_default_factory=True)
        shown = "unset" if default is None else f"`{default}`"
        lines.append(f"| `TOUCHLINE_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"
