"""The floor of a start: the same settings, and nothing but one line of text."""

import streamlit as st

with st.container(key="predicted-digit"):
    st.markdown("7")
