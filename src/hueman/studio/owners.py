"""Whose page a request belongs to.

gradio knows a page by a short hash that its browser has drawn. Here a browser is also given a long
secret, as a cookie, and the first who uses a hash keeps it.
"""

import secrets
from collections import OrderedDict

from starlette.requests import HTTPConnection

COOKIE = "hueman-studio"
LONGEST = 64
"""Letters of a secret, and of a hash; ours have 32, gradio's about 11."""
REMEMBERED = 10_000
"""Pages; of more, those that were used longest ago are forgotten."""


class Owners:
    """Remembers which browser a page is shown by."""

    def __init__(self):
        self._owners: OrderedDict[str, str] = OrderedDict()

    def allow(self, connection: HTTPConnection, page: str) -> bool:
        """Say whether a request comes from the browser that shows this page."""
        browser = connection.cookies.get(COOKIE, "")
        if not 0 < len(browser) <= LONGEST or not 0 < len(page) <= LONGEST:
            return False
        owner = self._owners.setdefault(page, browser)
        self._owners.move_to_end(page)
        while len(self._owners) > REMEMBERED:
            self._owners.popitem(last=False)
        return secrets.compare_digest(owner.encode(), browser.encode())


def new_cookie() -> tuple[bytes, bytes]:
    """Return the header that gives a browser its secret."""
    secret = secrets.token_urlsafe(24)
    return b"set-cookie", f"{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax".encode()
