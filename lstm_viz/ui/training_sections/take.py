"""What can be taken away: the weights, the curves, the script and the notebook that repeat the run."""

from __future__ import annotations

import streamlit as st

from lstm_viz.notebook import notebook
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.keeping import to_bytes
from lstm_viz.training.records import curves_csv
from lstm_viz.training.script import ScriptError, training_script
from lstm_viz.ui.text import literal
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_run import trained

_ICON = ":material/download:"


def section(offer: Offer | None, run_id: str | None) -> None:
    """The files of the chosen run; before there is one, the script of what would be trained."""
    found = trained(run_id)
    script = _script(found.offer if found else offer)
    with st.container(horizontal=True, vertical_alignment="center"):
        if found is not None:
            name = f"run_{found.name.lower()}"
            model = to_bytes(found.weights)
            csv = curves_csv(found.view.epochs)
            st.download_button("Model, state_dict", model, f"{name}.pt", icon=_ICON, on_click="ignore")
            st.download_button("Curves, CSV", csv, f"{name}.csv", mime="text/csv", icon=_ICON, on_click="ignore")
        if script is not None:
            file = f"run_{found.name.lower()}" if found else "train"
            _downloads(script, file, found.offer if found else offer)
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


def _downloads(script: str, file: str, offer: Offer | None) -> None:
    st.download_button("Script, .py", script, f"{file}.py", mime="text/x-python", icon=_ICON, on_click="ignore")
    title = offer.lead.removesuffix(".") if offer else "Training"
    st.download_button(
        "Notebook, .ipynb",
        lambda: notebook(script, title),
        f"{file}.ipynb",
        mime="application/x-ipynb+json",
        icon=_ICON,
        on_click="ignore",
    )


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
