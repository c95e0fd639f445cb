"""Charts as Plotly figures; they know no page."""
