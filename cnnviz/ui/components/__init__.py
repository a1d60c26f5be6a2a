"""Our own Streamlit components (v2): one folder each, Python beside what the browser runs.

`<name>/__init__.py` is a typed function for pages, `<name>/browser/` its JavaScript modules and style sheet.
No build step, no dependencies: what is here is what runs.
"""
