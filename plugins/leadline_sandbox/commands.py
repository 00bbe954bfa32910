"""`leadline sandbox`: a simulated CRM in the foreground."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import typer

from leadline.errors import needed_by

sandbox = typer.Typer(help="A local CRM to try a connector against.", no_args_is_help=True)
_needed = partial(needed_by, "the simulator", "sandbox")


@sandbox.callback()
def _root() -> None:
    """A local CRM to try a connector against."""


@sandbox.command()
def hubspot(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes any free one.")] = 8765,
    contacts: Annotated[int, typer.Option(min=0, max=1_000_000, help="How many.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another CRM.")] = 7,
    tier: Annotated[
        Literal["free", "pro", "enterprise"], typer.Option(help="What the account has bought.")
    ] = "pro",
    token: Annotated[str, typer.Option(help="The access token to ask for.")] = "pat-na1-sandbox",
    lag: Annotated[float, typer.Option(min=0, help="Seconds by which search is behind.")] = 10.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND:CALLS:RATE", help="Trouble, such as 429:search:0.1; repeat."),
    ] = None,
) -> None:
    """Simulate a HubSpot account until Ctrl-C."""
    with _needed():
        from leadline_sandbox.foreground import attend
        from leadline_sandbox.hubspot.foreground import PORTAL
    options = {"tier": tier, "token": token, "lag_seconds": lag}
    attend(PORTAL, port, contacts, seed, fault or (), typer.echo, **options)


@sandbox.command()
def salesforce(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes any free one.")] = 8766,
    contacts: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="How many people, leads among them.")
    ] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another CRM.")] = 7,
    person_accounts: Annotated[
        bool, typer.Option("--person-accounts", help="Some people are accounts of their own.")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND:CALLS:RATE", help="Trouble, such as 503:query:0.1; repeat."),
    ] = None,
) -> None:
    """Simulate a Salesforce org until Ctrl-C."""
    with _needed():
        from leadline_sandbox.foreground import attend
        from leadline_sandbox.salesforce.foreground import ORG
    attend(ORG, port, contacts, seed, fault or (), typer.echo, person_accounts=person_accounts)
