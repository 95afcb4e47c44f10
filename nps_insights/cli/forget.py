"""`nps-insights forget`: remove a person from everything that runs left, and let them in no more."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nps_insights.cli.terminal import say

if TYPE_CHECKING:
    from nps_insights.jobs.forgetting.forget import Forgetting


def forget(
    ids: Annotated[list[str], typer.Option("--id", help="A contact_id, account_id or response_id; repeatable.")],
    kind: Annotated[str | None, typer.Option("--as", help="account_id, contact_id or response_id, if unclear.")] = None,
    project: Annotated[Path, typer.Option(help="Folder of the project.")] = Path(),
    folder: Annotated[list[Path] | None, typer.Option(help="Further folder with runs; repeatable.")] = None,
    database: Annotated[list[str] | None, typer.Option(help="SQLAlchemy URL, or env:NAME, of a list of flags.")] = None,
    table: Annotated[str, typer.Option(help="Its table.")] = "churn_flags",
    tracking_uri: Annotated[str | None, typer.Option(help="MLflow tracking URI; mlflow.db if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be touched, write nothing.")] = False,
) -> None:
    """Remove a person from run folders, caches, MLflow and lists; the next import turns their rows away.

    Example: nps-insights forget --id C-1001 --dry-run
    """
    import secrets

    from nps_insights.jobs.forgetting.forget import forget as forget_person
    from nps_insights.jobs.settings.secrets import from_environment

    done = forget_person(
        ids,
        project=project.absolute(),
        salt=secrets.token_hex(32),
        folders=[one.absolute() for one in folder or ()],
        kind=kind,
        tracking_uri=tracking_uri,
        databases=[(from_environment(one, "--database"), table) for one in database or ()],
        dry_run=dry_run,
    )
    say(json.dumps(asdict(done), indent=2) if as_json else "\n".join(_in_words(done)))


def _in_words(done: "Forgetting") -> list[str]:
    would = "would be " if done.dry_run else ""
    found = [
        *(f"{would}without them   {one}" for one in done.changed),
        *(f"{would}deleted        {one}" for one in done.deleted),
        *(f"{would}deleted model  {one}: it held their text; fit it anew" for one in done.models),
        *(f"kept model     {one}: learned from their comments too, holds no text of theirs" for one in done.learned),
    ]
    if not found:
        found = ["nothing of them is left here" if done.known_before else "nothing of them was found here"]
    listed = [
        *found,
        *(f"left to you    {one}" for one in done.left_to_you),
        *(f"look again     {one}" for one in done.hints),
    ]
    if done.left_to_you:
        listed.append(
            "What is left to you holds the id, or could not be looked into; it is no run's, so it stays as it is."
        )
    last = f"The marks stand in {done.marks}; the next import in this project turns their rows away and counts them."
    return [*listed, "Nothing was written." if done.dry_run else last]
