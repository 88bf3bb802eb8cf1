"""Sessions as signed cookies, over a clock that somebody sets back. Knows no person."""

from datetime import timedelta

from itsdangerous import SignatureExpired, TimestampSigner
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp

SET_BACK = timedelta(days=1)
"""A session that began so much later than now is still one; of a clock that is further off no session is believed."""


class Sessions(SessionMiddleware):
    """Starlette's sessions, signed by a signer that forgives the clock. A session ends when its cookie says so."""

    def __init__(self, app: ASGIApp, secret_key: str, cookie: str, seconds: int, *, https: bool) -> None:
        super().__init__(app, secret_key, cookie, seconds, same_site="strict", https_only=https)
        self.signer = ForgivingSigner(secret_key)


class ForgivingSigner(TimestampSigner):
    """Takes no signature for expired only because the clock went back since it was made."""

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> bytes:
        """Return what was signed; raise BadSignature for a forgery, and for what is older than `max_age` seconds."""
        value, signed_at = super().unsign(signed_value, return_timestamp=True)
        age = self.get_timestamp() - signed_at.timestamp()
        if max_age is not None and not -SET_BACK.total_seconds() <= age <= max_age:
            raise SignatureExpired(f"{age:.0f} seconds old", payload=value, date_signed=signed_at)
        return value
