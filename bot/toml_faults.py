"""What is wrong with a TOML file that people write, said as they would say it, with the file and the line on which it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel, ValidationError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.toml_lines import NotToml, read
from bot.toml_lines import Path as Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bot.toml_lines import Lines

Fault: TypeAlias = tuple[Place, str]
"""Where, and what is wrong there."""

_KEY = "[key]"
"""What pydantic adds to the place of a fault that is in a key, not in its value."""

_TYPES: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "is a text in quotes",
    "int_type": "is a whole number, without quotes",
    "bool_type": "is true or false, without quotes",
    "list_type": "is a list in brackets, or tables [[…]]",
    "dict_type": "is a table: keys with values",
    "model_type": "is a table: keys with values",
    "model_attributes_type": "is a table: keys with values",
    "string_too_short": "is empty",
    "too_short": "has at least one entry",
}


def content_of(path: Path, faults: list[str]) -> tuple[dict[str, Any], Lines] | None:
    """What a file says and where; None where it cannot be read, which is added to the faults."""
    try:
        return read(path.read_bytes())
    except OSError as error:
        faults.append(f"{path.name}:1: cannot be read: {error.strerror}")
    except NotToml as error:
        faults.append(f"{path.name}:{error.line}: {error}")
    return None


def written(name: str, lines: Lines, faults: Iterable[Fault]) -> list[str]:
    """Faults of one file as lines, in the order of the file."""
    placed = sorted((lines.of(place), _path(place), sentence) for place, sentence in faults)
    return [f"{name}:{line}: {path}: {sentence}" for line, path, sentence in placed]


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """What pydantic found wrong with a file."""
    return [_fault(each, model) for each in error.errors()]


def _path(place: Place) -> str:
    """``indicators[2].kind``."""
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place).removeprefix(".")


def _fault(error: Any, model: type[BaseModel]) -> Fault:
    place, beside = _placed(error["loc"], model)
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return place, f"there is no such key{_instead(str(place[-1]), beside)}"
        case "enum" | "literal_error":
            return place, f"is one of {_listed(context['expected'])}"
        case "union_tag_invalid":
            return place, f"its {context['discriminator'].strip(chr(39))} is one of {_listed(context['expected_tags'])}"
        case "union_tag_not_found":
            return place, f"{context['discriminator'].strip(chr(39))} is missing"
        case "greater_than_equal":
            return place, f"is at least {context['ge']}"
        case "less_than_equal":
            return place, f"is at most {context['le']}"
        case "too_long":
            return place, f"has {context['actual_length']} entries and may have {context['max_length']}"
        case _:
            return place, _TYPES.get(kind) or str(error["msg"]).removeprefix("Value error, ")


def _listed(expected: str) -> str:
    return expected.replace(" or ", ", ").replace("'", "")


def _placed(place: Place, model: type[BaseModel]) -> tuple[Place, list[str]]:
    """The place as it stands in the file, and the keys that may stand there."""
    found: list[str | int] = []
    models, beside = [model], list[str]()
    for step in place:
        if step == _KEY:
            continue
        if isinstance(step, int):
            found.append(step)
            continue
        fields = {field.alias or name: field for each in models for name, field in each.model_fields.items()}
        tagged = [each for each in models if _tag(each) == step]
        if step not in fields and tagged:  # which of several tables it is: pydantic's own, not in the file
            models = tagged
            continue
        beside = list(fields)
        found.append(step)
        if step in fields:
            models = _models(fields[step].annotation)
    return tuple(found), beside


def _tag(model: type[BaseModel]) -> str | None:
    """The one ``kind`` that a table may have, if it is one of several."""
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation)[0] if kind is not None and get_origin(kind.annotation) is Literal else None


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The tables that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for each in get_args(annotation) for model in _models(each)]


def _instead(key: str, known: list[str]) -> str:
    """The key that was meant, where one is near."""
    near = process.extractOne(key, known, scorer=OSA.distance, score_cutoff=min(2, len(key) // 2))
    return f": {near[0]} is near" if near else f"; there are {', '.join(known)}"
