"""The codec of token ids: one 16-byte GUID in several coats.

`uniqueTokenIdentifier` of a sign-in and `signInActivityId` of a Graph request are the sign-in's own id,
written as URL-safe base64 of its 16 bytes in little-endian field order (domain fact T1), or, in some Graph
records, as standard base64 of the GUID's text (T2). Both are case-sensitive (T3).
"""

import base64
import re
from uuid import UUID

_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_SHORT_LENGTH = 22
_LONG_LENGTH = 48


def is_guid(text: str) -> bool:
    """Whether the text is a GUID with hyphens, in either case."""
    return _GUID.fullmatch(text) is not None


def encode_token_id(sign_in_id: str) -> str:
    """The 22-character form that diagnostic settings and Log Analytics write. Raises ValueError for no GUID."""
    return base64.urlsafe_b64encode(UUID(sign_in_id).bytes_le).decode().rstrip("=")


def decode_token_id(text: str) -> str | None:
    """The token id as lower-case GUID text, from any of its forms; None when the text is none of them."""
    if is_guid(text):
        return text.lower()
    unpadded = text.removesuffix("==")
    if len(unpadded) == _SHORT_LENGTH:
        return _from_bytes(unpadded)
    if len(text) == _LONG_LENGTH:
        return _from_text(text)
    return None


def _from_bytes(text: str) -> str | None:
    try:
        raw = base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "==", validate=True)
    except ValueError:  # not base64, or not ASCII
        return None
    return str(UUID(bytes_le=raw)) if len(raw) == 16 else None


def _from_text(text: str) -> str | None:
    try:
        inner = base64.b64decode(text, validate=True).decode("ascii")
    except ValueError:  # not base64, or not ASCII inside or outside
        return None
    return inner.lower() if is_guid(inner) else None
