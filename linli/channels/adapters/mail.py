"""E-mail by SMTP (RFC 5321): one letter a person, plain text, under a Message-ID that stays the same when it is sent again.

A mail server that gets the same Message-ID twice shows it once; the standard leaves that to the receiver (RFC 5322, 3.6.4).
"""

import smtplib
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from linli.channels.adapters import Letter, NotSent

PATIENCE = 15
"""Seconds for each answer of the server."""
LIMIT = 60_000


def post(letter: Letter, *, server: str, sender: str) -> None:
    """Hand a letter to the server (`smtp://user:password@host:port`, smtps, or `smtp://…?starttls`). Raises NotSent."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.address, letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].rstrip('>') or 'linli'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text(limit=LIMIT))
    try:
        link = _open(server)
    except (OSError, smtplib.SMTPException) as failed:
        raise NotSent(_code(failed, "unreachable")) from failed
    try:
        link.send_message(message)
    except smtplib.SMTPRecipientsRefused as failed:
        code = next(iter(failed.recipients.values()))[0]
        raise NotSent(f"smtp_{code}", is_final=_is_final(code)) from failed
    except smtplib.SMTPResponseException as failed:
        code = failed.smtp_code
        raise NotSent(f"smtp_{code}", is_final=_is_final(code)) from failed
    except (OSError, smtplib.SMTPException) as failed:
        # The server went silent: the letter may have been taken.
        raise NotSent("no_answer", is_unsure=True) from failed
    finally:
        with suppress(OSError, smtplib.SMTPException):
            link.quit()


def _is_final(code: int) -> bool:
    """Return whether the server will never take the letter (RFC 5321, 4.2.1: 5yz)."""
    return 500 <= code < 600


def _open(server: str) -> smtplib.SMTP:
    parts = urlsplit(server)
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        link: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE)
    else:
        link = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE)
        if "starttls" in parts.query:
            link.starttls()
    if parts.username:
        link.login(unquote(parts.username), unquote(parts.password or ""))
    return link


def _code(failed: Exception, default: str) -> str:
    code = getattr(failed, "smtp_code", None)
    return f"smtp_{code}" if code else default
