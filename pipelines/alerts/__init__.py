"""Alerts: what is new among the findings goes to the routes that the settings name."""
