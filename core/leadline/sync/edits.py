"""What one model file says differently from another, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from leadline.model import Model


@dataclass(frozen=True, slots=True)
class Edit:
    """One part that was added, removed or changed; fields: key → what it said and says now."""

    part: str
    name: str
    change: str
    fields: Mapping[str, tuple[object, object]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        said = {key: {"old": old, "new": new} for key, (old, new) in self.fields.items()}
        return {"part": self.part, "name": self.name, "change": self.change, "fields": said}


def edits(old: Model, new: Model) -> tuple[Edit, ...]:
    """Every difference between two models, in the order of the file; none for one version."""
    return tuple(_edits(_said(old), _said(new)))


def _said(model: Model) -> Mapping[str, object]:
    said: Mapping[str, object] = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return said


def _edits(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Edit]:
    for part in dict.fromkeys((*new, *old)):
        was, now = old.get(part), new.get(part)
        if was == now:
            continue
        olds, news = _named(was), _named(now)
        if olds is None or news is None:
            yield Edit(part, "", _change(was, now), {part: (was, now)})
            continue
        found = list(_inside(part, olds, news))
        # The same parts in another order: grades are read in it, and of two exclusions the first.
        order = (list(olds), list(news))
        yield from found or [Edit(part, "", "changed", {"order": order})]


def _inside(part: str, olds: Mapping[str, object], news: Mapping[str, object]) -> Iterator[Edit]:
    one = part.removesuffix("s")
    for name in dict.fromkeys((*news, *olds)):
        was, now = olds.get(name), news.get(name)
        if was != now:
            change = _change(was, now)
            yield Edit(one, name, change, _keys(was, now) if change == "changed" else {})


def _keys(was: object, now: object, at: str = "") -> dict[str, tuple[object, object]]:
    """The innermost keys that say something else: a long lookup shows the entries that moved."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return {at: (was, now)}
    found: dict[str, tuple[object, object]] = {}
    for key in dict.fromkeys((*now, *was)):
        if was.get(key) != now.get(key):
            found |= _keys(was.get(key), now.get(key), f"{at}.{key}" if at else str(key))
    return found


def _change(was: object, now: object) -> str:
    return "added" if was is None else "removed" if now is None else "changed"


def _named(value: object) -> dict[str, object] | None:
    """A table of tables, or a list of tables that have names, by name; None for anything else."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value):
        return {str(each["name"]): each for each in value}
    return None
