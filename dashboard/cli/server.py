"""gunicorn as we run it: threads, no chatter in its answers, our log, a settler in every worker."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.workers.base import Worker

from dashboard import logs
from dashboard.app import create_app, warm_up, warm_up_rest
from dashboard.cli.common import WrongSettings
from dashboard.cli.processes import end_with_parent
from dashboard.config import Settings
from dashboard.services import Services
from dashboard.web.proxy import BehindProxies

GRACE_SECONDS = 20
"""How long requests may go on after SIGTERM: two writes of 8 s each can be on their way when it comes."""

_MEMORY = "/dev/shm"  # noqa: S108 - a folder, not a file of a known name


class GunicornLog(Logger):
    """Hands gunicorn's own lines to our log. Requests are logged by the console, which knows who asked."""

    def setup(self, cfg: Config) -> None:
        """Let the lines pass on; gunicorn's own formats and files are not wanted."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True


class Server(BaseApplication):
    """One arbiter, which loads the code; each worker builds the console for itself, after the fork."""

    def __init__(
        self,
        settings: Settings,
        read_settings: Callable[[], Settings],
        options: Mapping[str, object],
        *,
        supervised: bool,
    ) -> None:
        self._settings = settings
        self._read_settings = read_settings
        self._options = options
        self._supervised = supervised
        self._services: Services | None = None
        configure_log(settings)
        wsgi.SERVER = "loyalty-desk"  # the header cannot be left out; at least it names no software of others
        super().__init__()

    def load_config(self) -> None:
        """All that gunicorn needs to know; nothing is read from its own files or variables."""
        fixed = {
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 65,  # longer than a proxy's usual 60 s, so that the proxy closes first
            "worker_tmp_dir": _MEMORY if Path(_MEMORY).is_dir() else None,
            "control_socket_disable": True,
            "logger_class": GunicornLog,
            # What is loaded by then stays shared until it is written to, as by a search for garbage.
            "when_ready": lambda _arbiter: gc.freeze(),
            "post_worker_init": self._start_worker,
            "worker_exit": self._end_worker,
        }
        for name, value in {**fixed, **self._options}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The console; called in each worker."""
        self._services = Services.build(self._settings)
        app = create_app(self._services)
        app.wsgi_app = BehindProxies(app.wsgi_app, self.cfg.forwarded_allow_ips)  # type: ignore[method-assign]
        warm_up(app)
        # What lives as long as the worker is not searched for garbage again: that took 60 ms, amid pages.
        gc.collect()
        gc.freeze()
        # Less than half of the templates are compiled by now: the others are not waited for.
        Thread(target=warm_up_rest, args=(app,), name="templates", daemon=True).start()
        return app

    def reload(self) -> None:
        """SIGHUP: new workers run with the settings of now, such as a key that was changed in its file."""
        try:
            self._settings = self._read_settings()
        except WrongSettings as error:
            logging.getLogger(__name__).error("Kept the former settings. %s", error.message)  # noqa: TRY400
        configure_log(self._settings)
        super().reload()

    def _start_worker(self, worker: Worker) -> None:
        if self._supervised:
            end_with_parent(worker.ppid)
        if self._services is not None:
            self._services.start()

    def _end_worker(self, _arbiter: Arbiter, _worker: Worker) -> None:
        if self._services is not None:
            self._services.close()


def configure_log(settings: Settings) -> None:
    """JSON lines; in the demo plain ones, and only what asks for attention."""
    secrets = (settings.api_key, urlsplit(settings.database_url).password or "", *settings.secret_keys)
    level = logging.WARNING if settings.demo else logging.INFO
    logs.configure(human=settings.demo, level=level, secrets=secrets)
