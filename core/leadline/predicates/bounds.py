"""How large, how deep and how strange a condition may be, and the error that says it is not one."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from leadline.predicates import tree

MAX_LENGTH = 4_000
MAX_DEPTH = 32
# Levels of the parsed tree: comparisons of comparisons nest without a single parenthesis.
MAX_LEVELS = 80
# Nodes of a condition whose segments are written out: segments that ask for segments may double.
MAX_NODES = 5_000
_ENTRIES_PER_NODE = 10

# Half of a character, and the end of a text to some engines.
_STRANGE = re.compile("[\0\ud800-\udfff]")
_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_PREFIX = {TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE}
_ARITHMETIC = {TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.SLASH}


class PredicateError(ValueError):
    """The text is not an admitted predicate; `caret()` shows where."""

    def __init__(self, message: str, text: str, start: int | None = None) -> None:
        self.text, self.start = text, start
        super().__init__(" ".join(message.split()))  # one line, whatever it quotes

    def caret(self) -> str:
        """The predicate's line with a caret under the fault, or '' when there is no one place."""
        if self.start is None or self.start >= len(self.text):
            return ""
        begin = self.text.rfind("\n", 0, self.start) + 1
        line = self.text[begin:].split("\n", 1)[0]
        offset = self.start - begin
        left = max(0, offset - 60)
        return f"{line[left : left + 100]}\n{' ' * (offset - left)}^"


def check_tokens(text: str) -> None:
    """Refuse what would be slow or clever before the parser sees it."""
    if not text.strip():
        raise PredicateError("the condition is empty", text)
    if len(text) > MAX_LENGTH:
        raise PredicateError(f"longer than {MAX_LENGTH:,} characters ({len(text):,})", text)
    if strange := _STRANGE.search(text):
        raise PredicateError("a character here is not text", text, strange.start())
    try:
        tokens = sqlglot.tokenize(text, dialect="duckdb")
    except SqlglotError as error:
        raise PredicateError(f"not a SQL condition: {str(error).splitlines()[0]}", text) from None
    depth = prefixes = operators = 0
    for token in tokens:
        if token.comments:
            raise PredicateError("comments are not allowed in a condition", text, token.start)
        if token.token_type is TokenType.SEMICOLON:
            raise PredicateError("one condition only: no semicolon", text, token.start)
        depth += (token.token_type in _OPEN) - (token.token_type in _CLOSE)
        prefixes = prefixes + 1 if token.token_type in _PREFIX else 0
        operators += token.token_type in _ARITHMETIC
        if max(depth, prefixes, operators) > MAX_DEPTH:
            raise PredicateError(f"nested deeper than {MAX_DEPTH} levels", text, token.start)
    if not tokens:
        raise PredicateError("the condition holds nothing but a comment", text)


def check_depth(text: str, root: exp.Expr) -> None:
    """Refuse a tree too deep to walk; a chain of ANDs or ORs counts as one level."""
    pending = [(root, 0)]
    while pending:
        node, level = pending.pop()
        if level > MAX_LEVELS:
            raise PredicateError("nested too deeply", text)
        for child in node.iter_expressions():
            chained = type(child) is type(node) and isinstance(node, exp.Connector)
            pending.append((child, level if chained else level + 1))


def check_whole(text: str, expr: tree.Expr) -> None:
    """Refuse what is too large or too deep once its segments and lists are written out."""
    nodes, pending = 0, [(expr, 0)]
    while pending:
        node, level = pending.pop()
        nodes += 1
        if isinstance(node, tree.InWords):
            nodes += len(node.entries) // _ENTRIES_PER_NODE
        if level > MAX_LEVELS:
            raise PredicateError("nested too deeply with its segments", text)
        if nodes > MAX_NODES:
            raise PredicateError(
                f"too large with its segments and lists written out: more than {MAX_NODES:,} parts",
                text,
            )
        pending += [(child, level + 1) for child in tree.children_of(node)]
