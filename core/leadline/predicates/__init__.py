"""`when`: a SQL boolean over facts, admitted construct by construct into a small typed tree."""

from __future__ import annotations

from leadline.predicates.bounds import PredicateError
from leadline.predicates.emit import Clock, emit
from leadline.predicates.parse import parse
from leadline.predicates.tree import Expr, fields_of

__all__ = ["Clock", "Expr", "PredicateError", "emit", "fields_of", "parse"]
