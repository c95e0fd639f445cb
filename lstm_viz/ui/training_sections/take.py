"""What can be taken away: the weights, the curves, the script and the notebook that repeat the run."""

from __future__ import annotations

import streamlit as st

from lstm_viz.spec import NetworkSpec
from lstm_viz.training.script import ScriptError, training_script
from lstm_viz.ui.take_from.training import run_files
from lstm_viz.ui.text import literal
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_run import trained

_ICON = ":material/download:"


def section(offer: Offer | None, run_id: str | None) -> None:
    """The files of the chosen run; before there is one, the script of what would be trained."""
    found = trained(run_id)
    script = _script(found.offer if found else offer)
    with st.container(horizontal=True, vertical_alignment="center"):
        for file in run_files(offer, run_id if found is not None else None, found):
            if script is not None or not file.name.endswith((".py", ".ipynb")):
                st.download_button(file.label, file.make, file.name, icon=_ICON, on_click="ignore")
    if found is not None:
        st.caption(
            f"Run {found.name}: the weights after epoch {found.epoch:,}, all {len(found.view.epochs):,} epochs, and "
            "the script that repeats the run to the same losses on the same machine. The notebook is that script."
        )
        st.code(_load_lines(found.name, found.network), language="python")
    else:
        st.caption("The script trains the same network to the same losses. Weights and curves are here after a run.")
    if script is not None:
        with st.expander("The script"):
            st.code(script, language="python")


def _script(offer: Offer | None) -> str | None:
    if offer is None:
        return None
    try:
        return training_script(offer.job, offer.data, offer.reading)
    except ScriptError as error:
        st.info(literal(str(error)))
        return None


def _load_lines(name: str, network: NetworkSpec | None) -> str:
    made = "Network()" if network is not None else "…"
    comment = "  # the class is in the script"
    return f'model = {made}{comment}\nmodel.load_state_dict(torch.load("run_{name.lower()}.pt", weights_only=True))'
