"""Asking a studio for things as no browser would."""

import http.client
from urllib.parse import urlsplit

BROWSER = {"Cookie": "hueman-studio=a-browser-of-the-tests"}
JSON = {"Content-Type": "application/json"}
JOIN = "/gradio_api/queue/join"
UPLOAD = "/gradio_api/upload"


def ask(studio, path, method="GET", body=None, headers=()):
    """Ask for a path as it is: a client that knows better would tidy it up."""
    address = urlsplit(studio.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.request(method, path, body, {**BROWSER, **dict(headers)})
    response = connection.getresponse()
    return response.status, response.read(), response.headers
