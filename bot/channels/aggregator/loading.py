"""Finds and reads profiles: those that come with the program, and an office's own. Every fault of a file is told at once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from bot.channels.aggregator import checks
from bot.channels.aggregator.profile import Profile
from bot.domain.errors import SettingsError
from bot.toml_faults import content_of, faults_of, written

OURS = Path(__file__).parents[2] / "profiles"
"""The profiles that come with the program."""


@lru_cache(maxsize=16)
def load(name: str) -> Profile:
    """A profile by its name, or by the path of its file, which ends in ``.toml``.

    Raises:
        SettingsError: there is none, or it cannot be used; says for every fault the file and the line.
    """
    ours = {each.stem: each for each in sorted(OURS.glob("*.toml"))}
    path = Path(name) if name.endswith(".toml") else ours.get(name)
    if path is None or not path.is_file():
        message = (
            f"there is no profile {name}: it is one of {', '.join(ours)}, or the path of a file that ends in .toml"
        )
        raise SettingsError(message)
    faults: list[str] = []
    profile = _read(path, faults)
    if faults or profile is None:
        raise SettingsError("\n".join(faults))
    return profile


def _read(path: Path, faults: list[str]) -> Profile | None:
    if (found := content_of(path, faults)) is None:
        return None
    content, lines = found
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        faults += written(path.name, lines, faults_of(error, Profile))
        return None
    faults += written(path.name, lines, checks.of(profile))
    return profile
