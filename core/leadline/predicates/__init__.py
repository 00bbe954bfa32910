"""`when`: a SQL boolean over facts, admitted construct by construct into a small typed tree."""

from __future__ import annotations

from leadline.predicates.emit import emit
from leadline.predicates.parse import PredicateError, parse
from leadline.predicates.tree import Expr, fields_of

__all__ = ["Expr", "PredicateError", "emit", "fields_of", "parse"]
