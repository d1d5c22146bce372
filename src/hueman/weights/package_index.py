"""Source archives from the package indexes that pip is configured with.

pip downloads a source archive only after building its metadata, which runs the package's code and
fails where that is old or wants tools that are not here. So the index's page of the project
(PEP 503) is read for the archive's address, with pip's settings of where the indexes are.
"""

import ast
import netrc
import re
import shutil
import ssl
import subprocess
import sys
import urllib.request
from html.parser import HTMLParser
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

DEFAULT_INDEX = "https://pypi.org/simple"
TIMEOUT_SECONDS = 60


def fetch_source_archive(project: str, archive: str, target: Path) -> None:
    """Write the source archive of a project to `target`, unchecked.

    Args:
        project: name of the package.
        archive: file name of the archive.
        target: file to write.

    Raises:
        LookupError: no index gives the archive; the message says what each answered.
    """
    settings = _pip_settings()
    failures = []
    for index in _index_urls(settings):
        try:
            return _fetch_from(index, settings.get("cert"), project, archive, target)
        except (OSError, HTTPException, LookupError) as error:
            failures.append(f"{_without_credentials(index)}: {error}")
    raise LookupError("; ".join(failures))


def _fetch_from(index: str, cert: str | None, project: str, archive: str, target: Path) -> None:
    opener = _opener(index, cert)
    page = f"{_without_credentials(index).rstrip('/')}/{_normalised(project)}/"
    if urlsplit(page).scheme == "file":
        page += "index.html"
    with opener.open(page, timeout=TIMEOUT_SECONDS) as response:
        links = _Links(response.read().decode("utf-8"))
        base = response.url
    for link in links.addresses:
        if unquote(PurePosixPath(urlsplit(link).path).name) == archive:
            break
    else:
        raise LookupError(f"it has no {archive}")
    with (
        opener.open(urljoin(base, link), timeout=TIMEOUT_SECONDS) as response,
        target.open("wb") as output,
    ):
        shutil.copyfileobj(response, output)


class _Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self, page: str):
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.addresses += [value for name, value in attrs if name == "href" and value]


def _pip_settings() -> dict[str, str]:
    """Return pip's settings for downloads; its environment variables come before its files."""
    result = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    if result.returncode:  # there is no pip here, so it has no settings either
        return {}
    sections: dict[str, dict[str, str]] = {"global": {}, "download": {}, ":env:": {}}
    for line in result.stdout.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in sections:
            sections[section][key] = ast.literal_eval(value)
    return sections["global"] | sections["download"] | sections[":env:"]


def _index_urls(settings: dict[str, str]) -> list[str]:
    return [
        settings.get("index-url", DEFAULT_INDEX),
        *settings.get("extra-index-url", "").split(),
    ]


def _opener(index: str, cert: str | None) -> urllib.request.OpenerDirector:
    """Return what opens the index's addresses, and gives its credentials to its own host only."""
    passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
    parts = urlsplit(index)
    credentials = _credentials(index)
    if credentials:
        host = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/", "", ""))
        passwords.add_password(None, host, *credentials, is_authenticated=True)
    return urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=cert)),
        urllib.request.HTTPBasicAuthHandler(passwords),
    )


def _credentials(index: str) -> tuple[str, str] | None:
    """Return user and password from the index's address, or else from the user's netrc file."""
    parts = urlsplit(index)
    if parts.username is not None:
        return unquote(parts.username), unquote(parts.password or "")
    try:
        found = netrc.netrc().authenticators(parts.hostname or "")
    except (OSError, netrc.NetrcParseError):
        return None
    return (found[0], found[2] or "") if found else None


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _normalised(project: str) -> str:
    """Return the name by which indexes know a project (PEP 503)."""
    return re.sub(r"[-_.]+", "-", project).lower()
