"""Persons over several records: who is one person, and what is known of them."""

from __future__ import annotations
