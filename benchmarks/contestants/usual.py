"""The usual way to write such an app: Keras in the process, `predict` twice, a Plotly subplot a map, one script.

`CNNVIZ_BENCH_MODEL` is the Keras file of the network that the app shows as well.
"""

import os

import keras
import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import Image
from plotly.subplots import make_subplots
from streamlit_drawable_canvas import st_canvas

COLUMNS = 8


@st.cache_resource
def load():  # type: ignore[no-untyped-def]
    """Return the network, and the same network with the outputs of every layer that has maps."""
    model = keras.models.load_model(os.environ["CNNVIZ_BENCH_MODEL"])
    layers = [layer for layer in model.layers if len(layer.output.shape) == 4 and "dropout" not in layer.name]
    return (
        model,
        keras.Model(model.inputs, [layer.output for layer in layers]),
        [layer.name for layer in layers],
    )


def sheet(maps: np.ndarray) -> go.Figure:
    """Draw one subplot per map."""
    rows = -(-maps.shape[-1] // COLUMNS)
    figure = make_subplots(rows, COLUMNS, horizontal_spacing=0.005, vertical_spacing=0.005)
    for number in range(maps.shape[-1]):
        heatmap = go.Heatmap(z=maps[::-1, :, number], colorscale="viridis", showscale=False)
        figure.add_trace(heatmap, number // COLUMNS + 1, number % COLUMNS + 1)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(height=80 * rows, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


st.title("Draw a digit")
if st.button("Clear"):
    st.session_state["number"] = st.session_state.get("number", 0) + 1
canvas = st_canvas(
    stroke_width=20,
    stroke_color="#ffffff",
    background_color="#000000",
    width=280,
    height=280,
    return_image_data=True,
    key=f"canvas-{st.session_state.get('number', 0)}",
)
if canvas.image_data is not None and canvas.image_data[..., 0].any():
    model, viewer, names = load()
    image = Image.fromarray(canvas.image_data[..., 0]).resize((28, 28))
    digits = np.asarray(image, np.float32).reshape(1, 28, 28, 1) / 255
    probabilities = model.predict(digits, verbose=0)[0]
    with st.container(key="predicted-digit"):
        st.markdown(str(probabilities.argmax()))
    st.bar_chart(probabilities)
    for name, maps in zip(names, viewer.predict(digits, verbose=0), strict=True):
        st.subheader(name)
        st.plotly_chart(sheet(maps[0]), key=name)
