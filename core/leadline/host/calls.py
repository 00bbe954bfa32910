"""One call of a connector hook: to one source, through every plugin's wrappers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pluggy

from leadline.errors import LeadlineError
from leadline.host.answers import Answers, Items, T, inner_answers
from leadline.host.faults import Fault, Naming
from leadline.host.opened import OpenedSource


def ask(
    relay: pluggy.PluginManager,
    opened: OpenedSource,
    others: Sequence[OpenedSource],
    hook: str,
    items: Items[T],
    arguments: Mapping[str, object],
    secrets: tuple[str, ...],
) -> Answers[T]:
    """Call the hook of one source; a caller made for each call knows every wrapper there is.

    secrets: what no message may hold, of the source and of the plugins around it.
    """
    caller = relay.subset_hook_caller(hook, others)
    wrappers = {i.plugin_name: i.function for i in caller.get_hookimpls() if i.wrapper}
    fault = Fault(opened.plugin.name, opened.source.name, hook, wrappers, secrets, settled=True)
    inner: list[Answers[object]] = []
    token = inner_answers.set(inner)
    try:
        with Naming(fault.of):
            answer = caller(source=opened.source, **arguments)
            if hook in ("check", "fix") and isinstance(answer, Iterable):
                answer = iter(answer)
        return Answers(answer, items, fault, inner)
    except LeadlineError:
        for answers in inner:  # a wrapper failed after the connector had answered
            answers.close()
        raise
    finally:
        inner_answers.reset(token)
