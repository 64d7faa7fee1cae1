"""The web dashboard but for its pages, which stand in `dashboards/`: data, filters, charts, and the server."""
