"""Recording what happened to a society: what an election, a general meeting, an audit changes, and how it is undone."""

from __future__ import annotations
