"""The Shapes page takes a person's own weights: what is in the file becomes the settings."""

from __future__ import annotations

import io
from collections.abc import Callable

import torch
from streamlit.testing.v1 import AppTest
from torch import nn

RunApp = Callable[..., AppTest]


def saved(module: nn.Module) -> bytes:
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return file.getvalue()


def upload(app: AppTest, content: bytes) -> AppTest:
    uploader = next(each for each in app.sidebar.get("file_uploader") if "state_dict" in each.label)
    return uploader.upload("weights.pt", content).run()


def said(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.sidebar.caption, *app.sidebar.error))


def test_an_uploaded_state_dict_is_drawn(run_app: RunApp) -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(3, 7, 2, bidirectional=True)
            self.fc = nn.Linear(14, 2)

    app = upload(run_app(), saved(Model()))
    spec = app.session_state["settings"].spec
    assert (spec.features, spec.hidden_size, spec.layers, spec.bidirectional, spec.outputs) == (3, 7, 2, True, 2)
    assert "fc" in said(app)
    assert not app.exception
    assert not app.error


def test_of_several_layers_one_is_chosen(run_app: RunApp) -> None:
    app = upload(run_app(), saved(nn.ModuleDict({"a": nn.GRU(2, 3), "b": nn.LSTM(3, 4)})))
    assert app.session_state["settings"].spec.cell == "gru"
    chooser = app.sidebar.selectbox(key="weights_chosen")
    app = chooser.select_index(1).run()
    spec = app.session_state["settings"].spec
    assert (spec.cell, spec.features, spec.hidden_size) == ("lstm", 3, 4)


def test_a_file_that_cannot_be_read_leaves_everything_as_it_was(run_app: RunApp) -> None:
    app = upload(run_app(H="9"), b"no weights")
    assert app.session_state["settings"].spec.hidden_size == 9
    assert "torch\\.save" in said(app)
    assert not app.exception
