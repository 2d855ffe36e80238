"""Style sheets, scripts, icons: their address changes with their content, so browsers keep them for ever."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from time import monotonic

import msgspec
from flask import Flask, Response, abort, request
from werkzeug.security import safe_join

from dashboard.web.compress import SMALLEST, accepts_gzip, gzipped

EXTENSION = "loyalty-desk-assets"
FOR_EVER = "public, max-age=31536000, immutable"


class Asset(msgspec.Struct, frozen=True):
    """One file, read and compressed once."""

    body: bytes
    small: bytes | None
    """Compressed; ``None`` when that gains nothing."""
    mimetype: str
    digest: str


class Assets:
    """The files of one folder. A file that changes on disk is read again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = lru_cache(256)(_read)
        self._urls: dict[str, tuple[str, float]] = {}

    def find(self, path: str) -> Asset | None:
        """The file at ``path`` below the folder, if there is one."""
        place = safe_join(str(self._folder), path)
        if place is None:
            return None
        file = Path(place)
        try:
            state = file.stat()
        except (OSError, ValueError):  # ValueError: a NUL in the path
            return None
        return self._read(file, state.st_mtime_ns) if file.is_file() else None

    def read_all(self) -> None:
        """Have every file at hand, read and compressed."""
        for file in self._folder.rglob("*"):
            if file.is_file():
                self.url(file.relative_to(self._folder).as_posix())

    def url(self, path: str) -> str:
        """The address of ``path``, with a mark of its content.

        :raises LookupError: there is no such file.
        """
        # A page names twenty icons of one file: the disk is asked once a second at most.
        now = monotonic()
        known = self._urls.get(path)
        if known is not None and now - known[1] < 1:
            return known[0]
        asset = self.find(path)
        if asset is None:
            raise LookupError(f"There is no static file {path}.")
        url = f"/static/{path}?v={asset.digest}"
        self._urls[path] = url, now
        return url

    def serve(self, path: str) -> Response:
        """The file; kept for ever when the address carries the mark of this very content."""
        asset = self.find(path)
        if asset is None:
            abort(404)
        response = Response(asset.body, mimetype=asset.mimetype)
        response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == asset.digest else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        if asset.small is not None and accepts_gzip():
            response.set_data(asset.small)
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(asset.digest, weak=True)
        response.make_conditional(request)
        return response


def _read(file: Path, _changed: int) -> Asset:
    body = file.read_bytes()
    small = gzipped(body, level=9) if len(body) >= SMALLEST else None
    return Asset(
        body=body,
        small=small if small is not None and len(small) < len(body) else None,
        mimetype=guess_type(file.name)[0] or "application/octet-stream",
        digest=sha256(body).hexdigest()[:16],
    )


def init_app(app: Flask, folder: Path) -> None:
    """Serve ``folder`` below ``/static/`` and give templates ``static_url``."""
    assets = Assets(folder)
    app.add_url_rule("/static/<path:path>", "static", assets.serve, methods=["GET"])
    app.jinja_env.globals["static_url"] = assets.url
    app.extensions[EXTENSION] = assets
