"""A correction of filed figures: the office that filed them asks, the office above it decides."""

from __future__ import annotations

from enum import StrEnum


class CorrectionState(StrEnum):
    """Where a request is. At most one of a return is open."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
