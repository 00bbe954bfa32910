"""CRMs in PostgreSQL to pull from."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.postgres import execute

from .sql_crm import PostgresCrm

PASSWORD = "heron-under-the-bridge"
_numbers = itertools.count(1)

MakePostgres = Callable[..., PostgresCrm]


@pytest.fixture
def make_postgres(server: str) -> MakePostgres:
    """Makes a CRM in a schema and with a user of its own."""

    def make(*, update: bool = False) -> PostgresCrm:
        number = next(_numbers)
        schema, user = f"crm{number}", f"reader{number}"
        execute(
            server,
            f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}' IN ROLE tested",
            f"CREATE SCHEMA {schema} AUTHORIZATION {user}",
        )
        admin = server.replace("postgresql://", "postgresql+psycopg://")
        url = server.replace("postgres:@", f"{user}:{PASSWORD}@")
        return PostgresCrm(admin, url, schema=schema, user=user, update=update)

    return make
