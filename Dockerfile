# One image for every role of the hub: `docker build -t tongda .`, then `docker run tongda run streams`.
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock ./
# The lock holds the tools of the tests too; an image that runs the hub does without them.
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /venv/bin/pip uninstall --yes pytest pytest-timeout pytest-xdist hypothesis playwright axe-playwright-python ruff mypy \
    import-linter types-PyYAML types-openpyxl lxml-stubs promql-parser openpyxl jsonschema-rs feedparser oidc-provider-mock pysdmx scipy aiosmtpd
COPY pyproject.toml README.md ./
COPY schemas schemas
COPY ops ops
COPY connectors connectors
COPY streams streams
COPY sinks sinks
RUN /venv/bin/pip install --no-cache-dir --no-deps -e . && /venv/bin/python -m compileall -q .

FROM python:3.11.13-slim-bookworm
RUN useradd --uid 10001 --no-create-home tongda && install -d -o tongda /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 TONGDA_HOME=/data
USER tongda
VOLUME /data
ENTRYPOINT ["tongda"]
CMD ["--help"]
