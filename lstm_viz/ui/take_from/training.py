"""What the Training page offers: the script, and after a run its curves and its weights."""

from __future__ import annotations

from lstm_viz.drawing.standalone import Block, Code, OnScreen, Prose, Section, Sheet
from lstm_viz.spreadsheet import Grid
from lstm_viz.training.keeping import to_bytes
from lstm_viz.training.records import curves_csv
from lstm_viz.training.script import training_script
from lstm_viz.ui.take_away import File, script_files, take_away
from lstm_viz.ui.training_component import chosen_run, visitor
from lstm_viz.ui.training_desk import desk
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_run import Trained, trained


def take_from_training(offer: Offer | None) -> None:
    """Mount the menu: of the run that is shown, or of what would be trained."""
    stem = f"{_cell(offer)}-training"
    if offer is None:
        take_away(stem)
        return
    run = chosen_run()
    files = [
        *script_files(stem, "Training", lambda: script_of(offer)),
        File("Curves, .csv", f"{stem}-curves.csv", lambda: curves_csv(_trained().view.epochs)),
        File("Model, state_dict, .pt", f"{stem}.pt", lambda: to_bytes(_trained().weights)),
    ]
    take_away(stem, files if run else files[:2], lambda: _sheet(offer))


def script_of(offer: Offer) -> str:
    """The script of the run that is shown, else of what would be trained. Raises ScriptError."""
    shown = _shown(offer)
    return training_script(shown.job, shown.data, shown.reading)


def _shown(offer: Offer) -> Offer:
    run = chosen_run()
    return (desk().offer_of(visitor(), run) if run else None) or offer


def _trained() -> Trained:
    found = trained(chosen_run())
    if found is None:
        raise ValueError("There is no trained network yet: start a run, and ask again when its first epochs are over.")
    return found


def _cell(offer: Offer | None) -> str:
    return str(getattr(offer.job.model, "cell", "network")) if offer is not None else "network"


def _sheet(offer: Offer) -> Sheet:
    shown = _shown(offer)
    blocks: list[Block] = [Prose(f"{shown.lead} {shown.detail}"), OnScreen("training", "Loss and predictions")]
    run = trained(chosen_run())
    if run is not None and run.view.report is not None:
        metrics = run.view.report.metrics
        blocks.append(Grid(f"Run {run.name}", ("measure", "value"), [(name, value) for name, value in metrics.items()]))
    return Sheet("Training · LSTM Shapes", [Section("", blocks), *_code(offer)])


def _code(offer: Offer) -> list[Section]:
    try:
        return [Section("Code", [Code(script_of(offer))])]
    except ValueError as error:
        return [Section("Code", [Prose(str(error))])]
