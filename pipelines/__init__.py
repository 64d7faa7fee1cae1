"""Correlates Microsoft 365 audit logs, to say which user's agent made each Microsoft Graph request."""

__version__ = "0.1.0"
