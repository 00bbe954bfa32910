"""State that tests and calls change at the same time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])


class Lockable(Protocol):
    """Something with a lock of its own, which its holder may take again."""

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """The lock."""


def locked(method: Method) -> Method:
    """A method that holds its object's lock."""

    @wraps(method)
    def holding(self: Lockable, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            return method(self, *args, **kwargs)

    return cast(Method, holding)
