"""The reference page of the command line: every command and option as `--help` knows them, and how a command ends."""

from __future__ import annotations

from typing import Any

EXIT_STATUSES = {
    0: "done",
    1: "a check, `verify`, `reproduce` or `docs all --check` found a difference",
    2: "bad input or usage: a file, option or value is not what it must be; every mistake is named",
    3: "comparison refused: the scenarios differ in more than policy",
    4: "finished, but runs failed; they are named, and the rest is there",
    5: "cannot write the file or folder",
    70: "a fault of ours; `--debug` after the command shows where",
    130: "interrupted, or the cluster was lost; what was done is kept, and `--resume` goes on",
}


def commands_page(app: Any) -> str:
    """Every command of a typer application as Markdown."""
    import typer

    from caremarket_sim.documents import filled, table

    return filled(
        "commands",
        commands=dict(_commands(typer.main.get_command(app), "caremarket")),
        table=table,
        exits=table(("status", "means"), [(f"`{status}`", means) for status, means in EXIT_STATUSES.items()]),
    )


def _commands(command: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    """A command, or the commands of a group, by what is typed."""
    if hasattr(command, "commands"):
        return [found for name, one in command.commands.items() for found in _commands(one, f"{path} {name}")]
    options = [_option(one) for one in command.params if one.param_type_name == "option" and one.name != "help"]
    arguments = [(f"`{one.metavar or one.name}`", one.help or "") for one in command.params if _is_argument(one)]
    said = {"help": command.help, "example": command.epilog, "options": options, "arguments": arguments}
    return [(path, said)]


def _is_argument(parameter: Any) -> bool:
    return parameter.param_type_name == "argument"


def _option(option: Any) -> tuple[str, str, str]:
    """An option's names, what it does, and what it is without it."""
    names = " / ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    default = "" if option.default in (None, False) else f"`{option.default}`"
    return names, option.help or "", default
