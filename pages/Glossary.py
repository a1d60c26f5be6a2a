"""Glossary: every term that the pages explain, in plain words."""

from cnnviz.ui.glossary import entries
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import page, url

with page.shell("glossary", word=wording.word):
    entries.search()
    entries.show()
    url.show(pen_down=False)
