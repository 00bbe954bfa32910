"""Writes docs/plugins/hooks.md from the contract's own code: `python -m tests.docs.hooks_page`."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from types import ModuleType

from leadline import batches, errors, hookspecs
from leadline.host.relay import CONNECTOR_HOOKS, MODULE_HOOKS, hook_names, new_relay
from leadline.testing import basis, crm
from leadline.vocabulary import (
    ACTIVITY_FIELDS,
    ACTIVITY_TYPES,
    COMPANY_RECORD_FIELDS,
    RECORD_FIELDS,
    STANDARD_FIELDS,
    FieldType,
)

from .pages import ROOT

PAGE = ROOT / "docs" / "plugins" / "hooks.md"

# What calls each hook; a hook without a line here cannot be published.
CALLED: Mapping[str, str] = {
    "register_connectors": "when the plugin is loaded",
    "register_extension": "when the plugin is loaded",
    "register_facts": "when the plugin is loaded",
    "register_commands": "when a command line begins with a word that leadline does not know",
    "score": "when a config is opened, once for each model",
    "check": "by `leadline check`",
    "fix": "by `leadline check --fix`, after a yes",
    "fetch_contacts": "by `sync`, `resync` and `plan`, once for each source",
    "fetch_activities": "by `sync`, `resync` and `plan`, after the contacts",
    "fetch_records": "by `resync --contact`, and by a server when somebody says what changed",
    "fetch_companies": "by `sync`, `resync` and `plan`, where companies are declared",
    "write_scores": "by `sync`, `resync` and `apply`, once for each batch of changes",
    "stages_changed": "after a sync, a resync or an apply",
    "sync_finished": "after a sync, a resync or an apply",
    "check_plugin": "by `leadline check`",
}

# Hooks that came after the first release of their contract, with the release that they need.
SINCE: Mapping[str, str] = {}

_INTRO = """\
# The hooks, and what travels through them

This page is made from leadline's own code. How they are used is shown in
[connector.md](connector.md); what may change about them, and when, in [contract.md](contract.md).
"""

_NAMES = """\
## Names

The columns of a batch have these names. An instant is UTC; text without an offset is read in the
workspace's time zone. A `set` as text is separated by `;`.
"""

_ERRORS = """\
## Errors to raise

From `leadline.errors`. The message is for a person and says what to do next; leadline puts the
source's name before it. Any other exception is reported as a fault of the plugin.
"""

_ITEM = re.compile(r"^([a-z_]+(?:, [a-z_]+)*):(?: |$)")
_ITEM_INSIDE = re.compile(r"(?<=\.)\s([a-z_]+(?:, [a-z_]+)*:\s)")


def page() -> str:
    """The whole page."""
    parts = [_INTRO, *_contract(), *_hooks(), *_values(), *_names(), *_errors(), *_kit()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).rstrip() + "\n"


def _contract() -> Iterator[str]:
    yield f"This is contract `{hookspecs.CONTRACT_VERSION}`.\n"
    _, _, rest = (inspect.getdoc(hookspecs) or "").partition("\n\n")
    yield _prose(rest)
    yield "| hook | who answers | answers that count | called |\n|---|---|---|---|"
    for name in hook_names():
        yield f"| [`{name}`](#{name}) | {_answering(name)} | {_counting(name)} | {CALLED[name]} |"
    yield ""


def _answering(hook: str) -> str:
    if hook in MODULE_HOOKS:
        return "plugin module"
    return "source object" if hook in CONNECTOR_HOOKS else "plugin object, or module"


def _counting(hook: str) -> str:
    options = new_relay().parse_hookspec_opts(hookspecs, hook)
    return "the source's own" if options and options.get("firstresult") else "all"


def _hooks() -> Iterator[str]:
    yield "## Hooks\n"
    for name in hook_names():
        hook = getattr(hookspecs, name)
        yield f"### {name}\n"
        yield _code(f"def {name}{inspect.signature(hook)}".replace("'", ""))
        yield _prose(inspect.getdoc(hook) or "")
        wraps = " Any plugin may wrap it." if name in CONNECTOR_HOOKS else ""
        yield f"Since {SINCE.get(name, 'contract ' + hookspecs.CONTRACT_VERSION)}.{wraps}\n"


def _values() -> Iterator[str]:
    yield "## Values\n\nFrom `leadline.hookspecs` and `leadline.batches`.\n"
    yield from _members(hookspecs, batches)


def _members(*modules: ModuleType) -> Iterator[str]:
    """What modules hold for plugins, in the order of their source."""
    for module in modules:
        source = inspect.getsource(module)
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef):
                yield from _class(node, source)
            elif isinstance(node, ast.FunctionDef) and _is_ours(module, node):
                yield from _function(node, source)
            elif isinstance(node, ast.Assign) and _constant(node):
                yield from _assigned(node, source)


def _is_ours(module: ModuleType, node: ast.FunctionDef) -> bool:
    return not node.name.startswith("_") and not (module is hookspecs and node.name in hook_names())


def _constant(node: ast.Assign) -> str:
    name = node.targets[0].id if isinstance(node.targets[0], ast.Name) else ""
    return "" if name.startswith("_") else name


def _class(node: ast.ClassDef, source: str) -> Iterator[str]:
    lines = source.splitlines()
    fields = [
        each for each in node.body if isinstance(each, (ast.AnnAssign, ast.Assign)) and each.lineno
    ]
    yield f"### {node.name}\n"
    if fields:
        yield _code("\n".join(lines[each.lineno - 1].strip() for each in fields))
    yield _prose(ast.get_docstring(node) or "")
    for method in node.body:
        said = ast.get_docstring(method) if isinstance(method, ast.FunctionDef) else ""
        if isinstance(method, ast.FunctionDef) and said and not method.name.startswith("_"):
            yield f"- `{_signature(method, source)}`: {_flat(said)}"
    yield ""


def _function(node: ast.FunctionDef, source: str) -> Iterator[str]:
    yield f"### {node.name}\n"
    yield _code(f"def {_signature(node, source)}")
    yield _prose(ast.get_docstring(node) or "")


def _signature(node: ast.FunctionDef, source: str) -> str:
    """The function's head as it is written; of a property, its name and type."""
    lines = source.splitlines()[node.lineno - 1 : node.body[0].lineno - 1]
    head = _flat(" ".join(lines)).removeprefix("def ").removesuffix(":")
    head = head.replace("(self, ", "(").replace("(self)", "()")
    decorated = {ast.unparse(each) for each in node.decorator_list}
    return head.replace("()", "", 1) if "property" in decorated else head


def _assigned(node: ast.Assign, source: str) -> Iterator[str]:
    """A constant, with the comment that stands above it."""
    lines = source.splitlines()
    first = node.lineno - 1
    said: list[str] = []
    while first and lines[first - 1].startswith("#"):
        first -= 1
        said.insert(0, lines[first].removeprefix("# "))
    if said:
        yield f"### {_constant(node)}\n"
        yield _prose("\n".join(said))
        yield _code("\n".join(lines[node.lineno - 1 : node.end_lineno]))


def _names() -> Iterator[str]:
    yield _NAMES
    tables = {
        "A contact": RECORD_FIELDS,
        "Facts about a person, where `Source.wanted` has them": STANDARD_FIELDS,
        "A company": COMPANY_RECORD_FIELDS,
        "An activity": ACTIVITY_FIELDS,
    }
    for what, fields in tables.items():
        listed = ", ".join(f"`{name}` ({kind})" for name, kind in fields.items())
        yield _wrapped(f"**{what}**: {listed}.")
    kinds = ", ".join(f"`{kind}`" for kind in FieldType)
    yield _wrapped(f"**Types of fields** (`leadline.vocabulary.FieldType`): {kinds}.")
    types = ", ".join(f"`{name}`" for name in sorted(ACTIVITY_TYPES))
    yield _wrapped(f"**Types of activities**: {types}, and `custom:NAME` for any other.")


def _errors() -> Iterator[str]:
    yield _ERRORS
    for error in (errors.SourceError, errors.SignInError, errors.RetryLater):
        yield f"- `{error.__name__}`: {_flat(inspect.getdoc(error) or '')}"
    yield ""


def _kit() -> Iterator[str]:
    yield "## The conformance kit\n"
    yield "From `leadline.testing`; [connector.md](connector.md) uses it.\n"
    yield from _members(basis, crm)


def _code(text: str) -> str:
    return f"```python\n{text}\n```\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _prose(text: str) -> str:
    """A docstring as Markdown: its `name: …` lines become a list."""
    shown: list[str] = []
    item = False
    for line in _ITEM_INSIDE.sub(r"\n\1", text).splitlines():
        found = _ITEM.match(line)
        if found:
            names = ", ".join(f"`{name}`" for name in found[1].split(", "))
            if shown and not item and shown[-1]:
                shown.append("")
            shown.append(f"- {names}: {line[found.end() :]}".rstrip())
        else:
            shown.append(f"  {line}" if item and line.strip() else line)
        item = bool(found) or (item and bool(line.strip()))
    return "\n".join(shown).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
