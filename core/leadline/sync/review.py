"""A plan that is looked at first: kept as a file, and later written exactly as it was reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from leadline.errors import UsageError
from leadline.sync.events import hold_changes, release_changes
from leadline.sync.ground import ground, moved
from leadline.sync.planfile import Kept, Scorer, Sealed, can_keep, opened, read_sealed, write_plan
from leadline.sync.preview import Preview, preview
from leadline.sync.pull import Progress, Pulled
from leadline.sync.push import push
from leadline.sync.run import Report, end, end_badly
from leadline.sync.score import publish, score
from leadline.workspace import Workspace


def review(
    workspace: Workspace,
    out: Path,
    names: Sequence[str] = (),
    *,
    as_of: datetime | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Pull, score and plan, and keep the plan in a file for `apply`; nothing else is written.

    Where no source could be reached there is no plan, and no file.
    """
    can_keep(out)
    with preview(workspace, names, as_of, on_progress, {"out": str(out)}) as look:
        if look.reached:
            with workspace.exclusively():
                scores = score(workspace, look.as_of)
                look.plan(scores)
                made = propose(look, scores)
            keep(workspace, made, out)
        return look.report()


def propose(look: Preview, scores: pa.Table) -> Kept:
    """The plans of a look with what they stand on; call it while nothing moves."""
    return Kept(
        run_id=look.run_id,
        as_of=look.as_of,
        models=tuple(
            Scorer(model.name, model.version, model.content) for model in look.workspace.models
        ),
        scores=scores,
        plans=look.plans,
        ground=ground(look.workspace, look.plans),
    )


def keep(workspace: Workspace, made: Kept, out: Path) -> None:
    """Write the file, and note its digest in the ledger: only what is noted can be applied."""
    digest = write_plan(out, made)
    workspace.ledger.settings.set(_key(made.run_id), {"digest": digest, "applied": None})


def apply(workspace: Workspace, path: Path, on_progress: Progress | None = None) -> Report:
    """Publish and write what the file says; UsageError, and nothing done, if its ground has moved.

    No source is pulled: what is compared is what the workspace knows.
    """
    sealed = read_sealed(path)
    _check_origin(workspace, path, sealed)
    kept = opened(sealed)
    run_id = workspace.ledger.runs.start(
        "apply", {"sources": list(kept.plans), "plan": kept.run_id}
    )
    try:
        report = _apply(workspace, path, kept, sealed, run_id, on_progress)
    except BaseException as error:
        end_badly(workspace, run_id, error)
        raise
    end(workspace, report)
    return report


def _apply(
    workspace: Workspace,
    path: Path,
    kept: Kept,
    sealed: Sealed,
    run_id: str,
    on_progress: Progress | None,
) -> Report:
    with workspace.exclusively():
        _check_origin(workspace, path, sealed)  # again: another apply may have been waiting
        _check_models(workspace, path, kept)
        _check_ground(workspace, path, kept)
        # Noted first: after a crash a new plan finds what is left, and nothing is done twice.
        noted = {"digest": sealed.digest, "applied": run_id}
        workspace.ledger.settings.set(_key(kept.run_id), noted)
        hold_changes(workspace, run_id, kept.scores, kept.plans, kept.as_of)
        published = publish(workspace, kept.scores, kept.as_of)
        workspace.lake.compact()
    pushed = {name: push(workspace, made, run_id, on_progress) for name, made in kept.plans.items()}
    release_changes(workspace, run_id, pushed)
    return Report(
        run_id=run_id,
        as_of=kept.as_of,
        models=tuple((each.name, each.version) for each in kept.models),
        pulled={name: Pulled() for name in kept.plans},
        plans=dict(kept.plans),
        pushed=pushed,
        published=published,
        errors=tuple(str(done.error) for done in pushed.values() if done.error is not None),
    )


def _check_origin(workspace: Workspace, path: Path, sealed: Sealed) -> None:
    """This workspace made the plan, with these very bytes, and has not applied it."""
    noted = workspace.ledger.settings.get(_key(sealed.run_id))
    if noted is None:
        raise UsageError(
            f"{path} was made in another workspace: this one has no plan of run {sealed.run_id}; "
            "name its config with -c, or make a new plan here with leadline plan --out"
        )
    if noted["digest"] != sealed.digest:
        raise UsageError(
            f"{path} is not what run {sealed.run_id} wrote: it was changed, or replaced by another "
            "file; make a new plan with leadline plan --out"
        )
    if noted["applied"] is not None:
        raise UsageError(
            f"{path} has been applied by run {noted['applied']}: see leadline runs for how it "
            "ended; what is left to write is in a new plan"
        )


def _check_models(workspace: Workspace, path: Path, kept: Kept) -> None:
    here = list(workspace.versions)
    there = [(each.name, each.version) for each in kept.models]
    if here == there:
        return
    if len(here) != len(there):
        raise UsageError(
            f"{path} was made with {len(there)} models, and the config names {len(here)}: make a "
            "new plan with leadline plan --out"
        )
    files = workspace.config.model_paths
    place = next(place for place, pair in enumerate(here) if pair != there[place])
    was, now = (" ".join(pair) for pair in (there[place], here[place]))
    raise UsageError(
        f"{path} was made with model {was}, but {files[place]} is {now}: the next sync would take "
        "everything back. Put the model of the plan into that file and apply again, or make a new "
        "plan with leadline plan --out"
    )


def _check_ground(workspace: Workspace, path: Path, kept: Kept) -> None:
    found = moved(kept.ground, ground(workspace, kept.plans))
    if found:
        raise UsageError(
            f"{path} is out of date, and nothing was written; since it was made:\n"
            + "\n".join(f"- {each}" for each in found)
            + "\nmake a new plan with leadline plan --out, look at it, and apply that one"
        )


def _key(run_id: str) -> str:
    return f"plan:{run_id}"
