# syntax=docker/dockerfile:1
# The image of ragproxy: the Procfile's `web` by default; `worker` and every other command with the same image.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN ["python", "-m", "venv", "/opt/ragproxy"]
# the locked requirements first: they stay as long as the lock does
COPY requirements.txt ./
RUN ["/opt/ragproxy/bin/python", "-m", "pip", "install", "--quiet", "--only-binary=:all:", "-r", "requirements.txt"]
COPY setup.py setup.cfg README.md LICENSE wsgi.py Procfile ./
COPY ragproxy ragproxy
COPY docs/guide docs/guide
# compiled here: where the file system is read-only, nobody can do it later
RUN /opt/ragproxy/bin/python -m pip install --quiet --no-deps --editable . \
    && /opt/ragproxy/bin/python -m compileall -q ragproxy

FROM python:3.11-slim-bookworm

RUN groupadd --gid 10001 ragproxy \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin ragproxy \
    && install --directory --owner=10001 --group=10001 --mode=0750 /data
COPY --from=build /opt/ragproxy /opt/ragproxy
COPY --from=build /app /app
# HOST and RAGPROXY_AUTH as in the Procfile; what is written goes to /data and /tmp, and nowhere else
ENV PATH=/opt/ragproxy/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8083 \
    RAGPROXY_AUTH=keys \
    RAGPROXY_DATA_DIR=/data
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8083
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "ragproxy.probe", "/ready"]
CMD ["gunicorn", "-c", "python:ragproxy.serving", "wsgi:app"]
