# The console in a small image that runs as nobody in particular and writes only to /data and /tmp:
#
#   docker build -t loyalty-desk .
#   docker run --rm --env-file .env -v desk:/data loyalty-desk db upgrade
#   docker run --rm --env-file .env -v desk:/data loyalty-desk staff add you@example.com --name You --role admin
#   docker run --env-file .env -v desk:/data -p 127.0.0.1:8000:8000 -e FORWARDED_ALLOW_IPS=172.17.0.1 \
#     --stop-timeout 30 --read-only --tmpfs /tmp --cap-drop ALL loyalty-desk
#
# FORWARDED_ALLOW_IPS is the address a proxy on the host has inside (`docker network inspect bridge`); without it
# all staff seem to be at that one address. Without --stop-timeout Docker cuts off after 10 s what is on its way.
#
# With PostgreSQL (DATABASE_URL) only the anchors of the audit record are written to /data (AUDIT_ANCHORS).

ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.txt requirements-build.txt ./
RUN python -m venv /desk \
 && /desk/bin/python -m pip install --require-hashes --only-binary :all: -r requirements.txt
RUN python -m venv /tools \
 && /tools/bin/python -m pip install --require-hashes --only-binary :all: -r requirements-build.txt
COPY pyproject.toml README.md ./
COPY dashboard dashboard
COPY templates templates
COPY static static
RUN /tools/bin/python -m pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /wheels . \
 && /desk/bin/python -m pip install --no-deps --no-index /wheels/*.whl \
 && /desk/bin/python -m pip uninstall --yes pip \
 && /desk/bin/python -m compileall -q /desk/lib

FROM python:${PYTHON}-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin desk \
 && install --directory --owner=desk --group=desk --mode=0700 /data
COPY --from=build /desk /desk
# glibc would give threads an arena of memory each; two for all of them take 6 MB less in a worker.
ENV PATH=/desk/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2
WORKDIR /data
VOLUME /data
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["loyalty-desk"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
