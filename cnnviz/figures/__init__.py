"""Pure functions from arrays to `plotly.graph_objects.Figure` or SVG text, independent of Streamlit."""
