"""Arrays in, `plotly.graph_objects.Figure` out: pure functions that know no screen and no session."""
