"""What the Training page offers: the script, and after a run its curves and its weights."""

from __future__ import annotations

from lstm_viz.drawing.standalone import Block, Code, OnScreen, Prose, Section, Sheet
from lstm_viz.spreadsheet import Grid
from lstm_viz.training.keeping import to_bytes
from lstm_viz.training.records import curves_csv
from lstm_viz.training.script import ScriptError, training_script
from lstm_viz.ui.take_away import File, script_files, take_away
from lstm_viz.ui.training_component import chosen_run, visitor
from lstm_viz.ui.training_desk import desk
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_run import Trained, trained


def take_from_training(offer: Offer | None) -> None:
    """Mount the menu: of the run that is shown, or of what would be trained."""
    files = run_files(offer, chosen_run())
    take_away("training", files, (lambda: _sheet(offer)) if offer is not None else None)


def run_files(offer: Offer | None, run_id: str | None, found: Trained | None = None) -> tuple[File, ...]:
    """The files of a run; before there is one, the script and the notebook of what would be trained.

    ``found`` is what the run has trained, where a file may be made outside of the visitor's session: a download button
    makes it on a thread of the server's own.
    """
    known = desk().offer_of(visitor(), run_id) if run_id else None
    shown = known or offer
    if shown is None:
        return ()
    stem = f"run_{desk().name_of(visitor(), run_id).lower()}" if known and run_id else "train"
    code = script_files(stem, shown.summary, lambda: training_script(shown.job, shown.data, shown.reading))
    if known is None:
        return code
    return (
        *code,
        File("Curves, .csv", f"{stem}.csv", lambda: curves_csv((found or _trained(run_id)).view.epochs)),
        File("Model, state_dict", f"{stem}.pt", lambda: to_bytes((found or _trained(run_id)).weights)),
    )


def _trained(run_id: str | None) -> Trained:
    found = trained(run_id)
    if found is None:
        raise ValueError("There is no trained network yet: ask again when the run's first epochs are over.")
    return found


def _sheet(offer: Offer) -> Sheet:
    run_id = chosen_run()
    shown = (desk().offer_of(visitor(), run_id) if run_id else None) or offer
    blocks: list[Block] = [Prose(f"{shown.lead} {shown.detail}"), OnScreen("training", "Loss and predictions")]
    run = trained(run_id)
    if run is not None and run.view.report is not None:
        metrics = run.view.report.metrics
        blocks.append(Grid(f"Run {run.name}", ("measure", "value"), [(name, value) for name, value in metrics.items()]))
    return Sheet("Training · LSTM Shapes", [Section("", blocks), Section("Code", [_code(shown)])])


def _code(offer: Offer) -> Block:
    try:
        return Code(training_script(offer.job, offer.data, offer.reading))
    except ScriptError as error:
        return Prose(str(error))
