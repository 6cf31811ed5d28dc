"""The ViewDefinitions that make `stage`: one plain standard JSON file per relation in `mappings/views/`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.errors import ViewUnreadable

OWN_FOLDER = Path(__file__).parent / "views"


@dataclass(frozen=True)
class View:
    """A ViewDefinition: its name is the name of the relation, `definition` the JSON as it stands in the file."""

    name: str
    resource_type: str
    description: str
    definition: dict[str, Any]


def load_views(folder: Path = OWN_FOLDER) -> tuple[View, ...]:
    """Every view of the folder, by name.

    Raises:
        ViewUnreadable: a file is no JSON, lacks `resource`, or its `name` differs from the name of the file.

    >>> next(view.resource_type for view in load_views() if view.name == "condition_coding")
    'Condition'
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.json")))


def _read(path: Path) -> View:
    try:
        definition = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ViewUnreadable(f"{path}: expected a ViewDefinition as JSON ({type(error).__name__}).") from error
    name, resource_type = definition.get("name"), definition.get("resource")
    if name != path.stem or not isinstance(resource_type, str):
        raise ViewUnreadable(f"{path}: expected name {path.stem!r} and a resource; got {name!r} and {resource_type!r}.")
    return View(path.stem, resource_type, definition.get("description", ""), definition)
