"""Documentation is tested: every command, setting and metric is documented, and nothing else; links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from bot.channel import ChannelSettings
from bot.channels import KINDS
from bot.cli import main
from bot.config import Config, Environment, GatewaySettings, LogSettings, SimulatorSettings
from bot.domain.messages import State, may_become
from bot.metrics import Metrics
from bot.sections import (
    BroadcastSettings,
    DeliverySettings,
    JobSettings,
    LawSettings,
    QuietSettings,
    ReminderSettings,
    ReturnSettings,
    TermSettings,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

ROOT = Path(__file__).parent.parent
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[BaseModel]] = {
    "[gateway]": GatewaySettings,
    "[simulator]": SimulatorSettings,
    "[log]": LogSettings,
    "[law]": LawSettings,
    "[[law.terms]]": TermSettings,
    "[reminders]": ReminderSettings,
    "[returns]": ReturnSettings,
    "[quiet]": QuietSettings,
    "[broadcasts]": BroadcastSettings,
    "[delivery]": DeliverySettings,
    "[jobs]": JobSettings,
    "[channels.NAME]": ChannelSettings,
}


def commands(group: click.Group, before: str = "barta") -> list[str]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, f"{before} {name}")
        else:
            found.append(f"{before} {name}")
    return found


def table_under(heading: str) -> set[str]:
    """The first column of the tables between a heading and the next one of the same kind."""
    _, _, rest = SETTINGS.partition(f"### {heading}\n")
    section = re.split(r"\n##", rest)[0].split("\nSettings of `kind")[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


@pytest.mark.parametrize("command", commands(main))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"^\| `{command}\b", OPERATING, re.MULTILINE)


def test_every_documented_command_exists() -> None:
    known = commands(main)
    for found in re.findall(r"^\| `(barta [a-z ]+?)(?: [A-Z-][^`]*)?` \|", OPERATING, re.MULTILINE):
        assert any(f"{found} ".startswith(f"{each} ") for each in known), found


def test_every_option_of_a_command_has_a_help_text() -> None:
    def walk(command: click.Command) -> None:
        assert command.help or command is main
        for parameter in command.params:
            assert isinstance(parameter, click.Argument) or getattr(parameter, "help", None), parameter.name
        for inner in getattr(command, "commands", {}).values():
            walk(inner)

    walk(main)


@pytest.mark.parametrize("heading", list(SECTIONS))
def test_every_setting_is_documented_and_explained(heading: str) -> None:
    fields = SECTIONS[heading].model_fields
    assert table_under(heading) == set(fields)
    assert all(field.description for field in fields.values())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "simulator"])
def test_every_setting_of_a_channel_is_documented(kind: str) -> None:
    _, _, rest = SETTINGS.partition(f'Settings of `kind = "{kind}"`:')
    documented = set(re.findall(r"^\| `(\w+)` \|", rest.split("\nSettings of")[0], re.MULTILINE))
    own = set(KINDS[kind].Settings.model_fields) - set(ChannelSettings.model_fields)
    assert documented == own


def test_every_section_is_documented() -> None:
    assert {f"[{name}]" for name in Config.model_fields if name not in {"channels", "telegram"}} <= set(SECTIONS)


def test_the_environment_is_documented() -> None:
    documented = set(re.findall(r"^\| `(BARTA_\w+)` \|", SETTINGS, re.MULTILINE))
    assert documented == {f"BARTA_{name.upper()}" for name in Environment.model_fields}


def test_every_metric_is_documented() -> None:
    documented = set(re.findall(r"^\| `(barta_\w+)` \|", OPERATING, re.MULTILINE))
    names = set()
    for family in Metrics().registry.collect():
        names.add(f"{family.name}_total" if family.type == "counter" else family.name)
    assert documented == names


@pytest.mark.parametrize(
    "page",
    ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))],
)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_state_is_documented() -> None:
    text = (ROOT / "docs" / "states.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == {str(state) for state in State}
    drawn = set(re.findall(r"^    (\w+) --> (\w+)", text, re.MULTILINE))
    allowed = {(str(now), str(then)) for now in State for then in State if may_become(now, then)}
    # A receipt may overtake the provider's answer: sending → delivered is allowed, and not worth an arrow.
    assert drawn == allowed - {("sending", "delivered")}
