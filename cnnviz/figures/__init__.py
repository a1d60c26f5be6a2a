"""Arrays in, `plotly.graph_objects.Figure` or SVG text out: pure functions that know no screen and no session."""
