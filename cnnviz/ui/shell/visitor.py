"""The visitor: a random token that the browser keeps, so that a reload or another tab finds the same runs.

The token is as good as a password: it is neither shown nor logged nor put into a link. Folders are named after its
digest, so that a listing of the folders reveals no token.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time

import streamlit as st

from cnnviz.jobs.own_networks.store import NetworkStore
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.runs import store as run_store
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.components.visitor import COOKIE, visitor
from cnnviz.ui.shell import session

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

MIN_TOUCH_SECONDS = 10.0
"""Seconds between two renewals of a visitor's leases."""


def store() -> RunStore:
    """Return the visitor's runs."""
    return RunStore(owner(), run_store.folder())


def sets() -> SetStore:
    """Return the visitor's labelled sets."""
    return SetStore(owner(), run_store.folder())


def networks() -> NetworkStore:
    """Return the networks that the visitor opened from files."""
    return NetworkStore(owner(), run_store.folder())


def is_known() -> bool:
    """Return whether the visitor has a token: without one there is nothing of the visitor's on the server."""
    return bool(session.get("visitor")) or has_token()


def owner() -> str:
    """Return the name under which the visitor's runs are kept: 32 hexadecimal digits."""
    return hashlib.sha256(_token().encode()).hexdigest()[:32]


def has_token() -> bool:
    """Return whether the browser has kept a token, as it does once its visitor was on Train."""
    return _read_cookie() is not None


def remember() -> None:
    """Have the browser keep the visitor's token; for pages on which something is started."""
    kept = visitor(_token(), settled=_has_things())
    if kept and kept != _token() and TOKEN.fullmatch(kept) and not _has_things():
        session.put(visitor=kept)
        st.rerun()


def list_active_runs() -> tuple[str, ...]:
    """Return the ids of the visitor's trainings that have not ended; none for visitors who never were on Train."""
    if not is_known():
        return ()
    from cnnviz.jobs import api  # visitors who only draw do not load the scheduler

    return tuple(api.scheduler().active(owner()))


def renew_leases() -> None:
    """Renew the leases of all of the visitor's trainings, also of those begun on another page or in another tab.

    The scheduler cancels trainings whose lease runs out. Most calls do nothing, and nothing is done for visitors who
    have never been on Train.
    """
    if (session.get("followed") or has_token()) and time.monotonic() - session.get("last_touch") > MIN_TOUCH_SECONDS:
        from cnnviz.jobs import api  # visitors who only draw do not load the scheduler

        session.put(last_touch=time.monotonic())
        scheduler = api.scheduler()
        for run_id in scheduler.active(owner()):
            scheduler.touch(run_id)


def _has_things() -> bool:
    """Return whether something is kept under the visitor's token."""
    return bool(store().runs()) or not sets().is_empty() or bool(networks().names())


def _token() -> str:
    if not session.get("visitor"):
        session.put(visitor=_read_cookie() or secrets.token_urlsafe(32))
    return str(session.get("visitor"))


def _read_cookie() -> str | None:
    """Return the token that the browser sent when it connected."""
    sent: object = st.context.cookies.get(COOKIE, "")
    return sent if isinstance(sent, str) and TOKEN.fullmatch(sent) else None
