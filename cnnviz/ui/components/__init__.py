"""Our own Streamlit components (v2).

`<name>/__init__.py` is a typed function for pages. What it shows runs in the browser: `browser/<name>/` holds its
JavaScript modules and style sheet, `browser/shared/` what several have in common, `browser/vendor/` modules of others.
No build step: what is here is what runs.
"""
