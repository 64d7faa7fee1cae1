"""How it looks: both themes, as options of Streamlit, and the colours that mean the same everywhere."""

_LIGHT = {
    "primaryColor": "#1f5fa8",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f4f6f8",
    "textColor": "#1d2733",
    "borderColor": "#dfe4ea",
    "linkColor": "#1f5fa8",
}
_DARK = {
    "primaryColor": "#6cb0f5",
    "backgroundColor": "#12171d",
    "secondaryBackgroundColor": "#1b222b",
    "textColor": "#e4e9ef",
    "borderColor": "#2d3743",
    "linkColor": "#8cc2f8",
}
_BOTH = {
    "baseRadius": "6px",
    "baseFontSize": "15",
    "headingFontWeights": "600",
    "metricValueFontSize": "1.7rem",
    "metricValueFontWeight": "600",
    "paddingTop": "2.5rem",
    "showSidebarBorder": "true",
}
OPTIONS = {
    **{f"theme.{name}": value for name, value in _BOTH.items()},
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}
"""Options of Streamlit by name. The browser says which of the themes it wants."""

# Told apart by people who see fewer colours, on light and on dark; neighbours differ in brightness too.
BLUE, SKY, TEAL, AMBER, ORANGE, RED, PLUM, GREY = (
    "#2f6fb5",
    "#74b3e0",
    "#2a9d8f",
    "#d9a520",
    "#e07b39",
    "#c0334d",
    "#8a5fb0",
    "#8a949f",
)

Colours = dict[str, str]
"""Value → colour, in the order in which they are stacked and listed."""

GRADES: Colours = {
    "exact": BLUE,
    "strong": SKY,
    "probable": TEAL,
    "ambiguous": AMBER,
    "request_only": ORANGE,
    "unresolved": GREY,
}
SEVERITIES: Colours = {"critical": RED, "high": ORANGE, "medium": AMBER, "low": SKY, "info": GREY}
SHAPES: Colours = {
    "delegated_public": BLUE,
    "delegated_web_app": SKY,
    "on_behalf_of": TEAL,
    "agent_user": PLUM,
    "app_secret": RED,
    "app_certificate": ORANGE,
    "federated_credential": AMBER,
    "managed_identity": "#b7a03c",
    "app_only": "#a36a4f",
    "unknown": GREY,
}
ACTORS: Colours = {
    "human_direct": BLUE,
    "human_via_agent": TEAL,
    "agent_user": PLUM,
    "autonomous_agent": AMBER,
    "app_only": RED,
    "first_party": SKY,
    "unknown": GREY,
}
OUTCOMES: Colours = {"success": TEAL, "denied": RED, "failed": ORANGE, "throttled": AMBER}
REASONS: Colours = {
    "first_party": SKY,
    "before_coverage": BLUE,
    "late_arrival": TEAL,
    "category_missing": ORANGE,
    "cross_tenant": PLUM,
    "unknown": GREY,
}
EFFECTS: Colours = {
    "read": SKY,
    "create": BLUE,
    "update": TEAL,
    "upload": "#5aa786",
    "state": "#b7a03c",
    "respond": AMBER,
    "move_copy": "#a36a4f",
    "share": ORANGE,
    "send": PLUM,
    "rule": "#b0568f",
    "delete": RED,
    "credential": "#7a1f33",
    "batch_envelope": GREY,
}
DATA_CLASSES: Colours = {
    "user_security": RED,
    "user_content": PLUM,
    "user_object": BLUE,
    "drive_unresolved": AMBER,
    "shared": TEAL,
    "tenant": GREY,
}
HOURS: Colours = {"missing": RED, "waiting": AMBER, "nothing_there": SKY, "received": TEAL}

STYLE = """
<style>
    [data-testid="stMainBlockContainer"] { max-width: 1440px; }
    [data-testid="stMetricLabel"] p { font-size: 0.9rem; }
    [data-testid="stExpander"] details { border: none; }
    [data-testid="stExpander"] summary { padding: 0.2rem 0; min-height: 0; font-size: 0.85rem; }
    h1 { font-size: 1.7rem !important; padding: 0.2rem 0 0 !important; }
    h2 { font-size: 1.05rem !important; padding: 0.1rem 0 0 !important; }
    button[aria-label="Download as CSV"] { display: none; }
    [data-testid="stCaptionContainer"] { opacity: 1 !important; }
    [data-testid="stCaptionContainer"] p { color: light-dark(#4d5763, #aab4bf); }
</style>
"""
"""What the theme has no option for. Nothing of the data goes into it.

Tables offer no file of their own: nobody would write down that it was taken away, and its cells may be formulas."""
