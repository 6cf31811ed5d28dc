"""What can go wrong while a bundle is written.

ReportError
└── BundleNotWritten    the disk refused; the week's folder is as it was before
"""

from __future__ import annotations

__all__ = ["BundleNotWritten", "ReportError"]


class ReportError(Exception):
    """A failure of this package."""


class BundleNotWritten(ReportError):
    """Raised when a file of the bundle cannot be written. What was issued before stays; free the disk and run again."""
