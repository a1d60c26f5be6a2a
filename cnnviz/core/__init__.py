"""Arithmetic and records, independent of Streamlit and Keras."""
