"""Where mail is handed over, from one address: `smtp://name:password@host:587?starttls=1`."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

USUAL_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server as Django's settings name it."""

    host: str
    port: int
    user: str
    password: str
    use_tls: bool
    use_ssl: bool


def server(url: str) -> Server | None:
    """The server behind `url`; None for an empty one.

    Raises:
        ValueError: it is no address of an SMTP server.
    """
    if not url.strip():
        return None
    parts = urlsplit(url.strip())
    if parts.scheme not in USUAL_PORTS or not parts.hostname:
        raise ValueError("XIAOHAO_SMTP_URL must look like smtp://name:password@host:587?starttls=1")
    return Server(
        parts.hostname,
        parts.port or USUAL_PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        use_tls=parts.scheme == "smtp" and parse_qs(parts.query).get("starttls") == ["1"],
        use_ssl=parts.scheme == "smtps",
    )
