"""The package's only Streamlit code: settings, caches, controls and the components of the page."""
