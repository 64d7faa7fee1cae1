"""E-mail: plain text, over TLS only."""

import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from pipelines.alerts.message import Message, digest_line
from pipelines.alerts.routes import EmailRoute
from pipelines.alerts.sending import DeliveryError, Patience, ends_after, needed_secret, trust_of
from pipelines.alerts.text import cut, not_a_link

_LONGEST_SUBJECT = 150


def render(route: EmailRoute, message: Message) -> EmailMessage:
    """The letter. Its Message-ID is the same in every attempt, so that a mailbox can tell that it has it already."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = route.sender
    letter["To"] = ", ".join(route.to)
    letter["Subject"] = cut(f"whoseagent: {not_a_link(message.heading)}", _LONGEST_SUBJECT)
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{message.key}@whoseagent.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Whoseagent-Key"] = message.key
    letter.set_content(not_a_link("\n\n".join(_paragraphs(message))) + "\n", cte="quoted-printable")
    return letter


def send(route: EmailRoute, message: Message, patience: Patience) -> str | None:
    """Sends the message; which of its readers the server does not know. Raises DeliveryError."""
    password = needed_secret(route, f"the password of {route.user}") if route.user else None
    letter, trust = render(route, message), trust_of(route.ca_file)
    try:
        server = _connected(route, patience.attempt_seconds, trust)
        with closing(server), ends_after(patience.attempt_seconds, lambda: server.sock):
            if route.tls == "starttls":
                server.starttls(context=trust)
            if route.user and password:
                server.login(route.user, password)
            refused = server.send_message(letter, to_addrs=list(route.to))
            with suppress(OSError, smtplib.SMTPException):  # it has the letter, however it takes leave
                server.quit()
    except (OSError, smtplib.SMTPException) as error:
        raise _failure(route, error) from None
    return f"{route.host} refused {', '.join(sorted(refused))}" if refused else None


def _connected(route: EmailRoute, seconds: float, trust: ssl.SSLContext) -> smtplib.SMTP:
    if route.tls == "tls":
        return smtplib.SMTP_SSL(route.host, route.port, timeout=seconds, context=trust)
    return smtplib.SMTP(route.host, route.port, timeout=seconds)


def _paragraphs(message: Message) -> list[str]:
    if message.is_digest:
        return [message.heading, message.rules, message.rest, *(digest_line(alert) for alert in message.gravest)]
    (alert,) = message.alerts
    facts = "\n".join(f"{label}: {text}" for label, text in alert.facts)
    return [text for text in (alert.heading, alert.summary, facts, alert.what_to_do) if text]


def _failure(route: EmailRoute, error: Exception) -> DeliveryError:
    """What went wrong in words; what the server refuses for now (4xx) is tried again."""
    may_pass = False
    match error:
        case smtplib.SMTPAuthenticationError():
            message = f"did not take the password of {route.user}"
        case smtplib.SMTPNotSupportedError():
            message = f"cannot do what is needed: {error}"
        case smtplib.SMTPRecipientsRefused():
            code = min(code for code, _ in error.recipients.values())
            message, may_pass = f"refused every address in `to`: it answered {code}", code < 500
        case smtplib.SMTPResponseException():
            message, may_pass = f"did not take the message: it answered {error.smtp_code}", error.smtp_code < 500
        case ssl.SSLCertVerificationError():
            message = f"has a certificate that is not trusted: {error.verify_message}"
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            message, may_pass = "did not answer in time, or broke off the connection", True
        case _:
            message, may_pass = f"cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}", True
    return DeliveryError(f"{route.host} {message}", may_pass=may_pass)
