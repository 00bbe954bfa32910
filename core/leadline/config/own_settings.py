"""The tables of a config that connectors and plugins give their meaning to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ValidationError

from leadline.config.settings import Config
from leadline.config.tables import ConfigFile
from leadline.errors import ConfigError
from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.model.wording import explain


def read_settings(
    config: Config, place: KeyPath, table: Mapping[str, object], model: type[BaseModel]
) -> tuple[BaseModel | None, list[Complaint]]:
    """The table at a place as its owner's model reads it, or every complaint about it."""
    try:
        return model.model_validate(dict(table)), []
    except ValidationError as error:
        found = explain(
            error,
            table,
            model,
            top=ConfigFile,
            hide=lambda path, message: config.secrets.hide((*place, *path), message),
        )
    return None, [Complaint((*place, *each.path), each.message) for each in found]


def refuse(config: Config, complaints: Sequence[Complaint]) -> None:
    """ConfigError with all of them, each at its line and without any secret; none, no error."""
    hide = config.secrets.hide
    if complaints:
        raise ConfigError(
            [
                config.document.problem(Complaint(each.path, hide(each.path, each.message)))
                for each in complaints
            ]
        )
