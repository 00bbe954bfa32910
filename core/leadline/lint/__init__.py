"""Lint: what is right by the letter and still wrong in a model, alone and on the data at hand."""

from __future__ import annotations
