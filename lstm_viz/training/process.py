"""Starting a process from a forkserver that has torch loaded, and without the main script of the server."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing import context, forkserver, popen_forkserver, reduction, spawn, util
from typing import Any

from lstm_viz.training.preload import MODULES

_WAITS = (0.05, 0.2, 0.5, 1.0)


class _Popen(popen_forkserver.Popen):
    """The standard library's, but the child does not run the server's main script.

    It would be imported there as ``__mp_main__``: Streamlit, the app and all. That takes seconds and 100 MB a run.
    """

    def _launch(self, process_obj: Any) -> None:
        about = spawn.get_preparation_data(process_obj.name)
        prepared = {name: value for name, value in about.items() if not name.startswith("init_main")}
        buffer = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(prepared, buffer)
            reduction.dump(process_obj, buffer)
        finally:
            context.set_spawning_popen(None)
        self.sentinel, write = forkserver.connect_to_new_process(self._fds)  # type: ignore[attr-defined]
        alive = os.dup(write)  # the child sees by it that its parent is gone
        self.finalizer = util.Finalize(self, util.close_fds, (alive, self.sentinel))  # type: ignore[attr-defined]
        with open(write, "wb", closefd=True) as pipe:  # noqa: PTH123
            pipe.write(buffer.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


class Process(context.ForkServerProcess):
    """A process of the forkserver. It ends with the server."""

    @staticmethod
    def _Popen(process_obj: Any) -> _Popen:  # noqa: N802
        return _Popen(process_obj)


def warm_up() -> None:
    """Start the forkserver if it does not run. It loads what runs share in the background: 2 to 5 seconds."""
    multiprocessing.set_forkserver_preload(list(MODULES))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a Ctrl+C is for the server, which ends it
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def launch(target: Callable[..., None], *args: Any) -> Process:
    """Start a process. A forkserver that was killed is started anew. Raises OSError or EOFError."""
    for waited in (*_WAITS, None):
        warm_up()
        process = Process(target=target, args=args, daemon=True)
        try:
            process.start()
        except (OSError, EOFError):  # it is dying: a moment later it is known to be dead
            if waited is None:
                raise
            time.sleep(waited)
        else:
            break
    return process
