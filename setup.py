"""Put the app itself into the wheel: app.py, its pages and its configuration lie beside the package in a checkout."""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class WithTheApp(build_py):
    """Also copies what Streamlit serves to lstm_viz/served, where lstm_viz.ui.serving looks for it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for source in (ROOT / "app.py", ROOT / ".streamlit/config.toml", *sorted((ROOT / "pages").glob("*.py"))):
            target = Path(self.build_lib) / "lstm_viz/served" / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(source, target)


setup(cmdclass={"build_py": WithTheApp})
