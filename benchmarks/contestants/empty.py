"""The baseline of a start: the same settings and a single line of text."""

import streamlit as st

with st.container(key="predicted-digit"):
    st.markdown("7")
