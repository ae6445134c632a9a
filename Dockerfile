# Multi-stage: uv builds the environment, the image that runs has no build tools and no root.
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY service service
COPY schema schema
COPY migrations migrations
RUN uv sync --locked --no-dev --no-editable

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /home/touchline touchline
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 TOUCHLINE_HOST=0.0.0.0 TOUCHLINE_HOME=/home/touchline
USER touchline
WORKDIR /home/touchline
EXPOSE 8000
# The database is external: TOUCHLINE_DATABASE_URL, TOUCHLINE_INGEST_URL and, for `touchline migrate`,
# TOUCHLINE_OWNER_URL. TOUCHLINE_ENCRYPTION_KEYS must be set: a generated key would be lost with the container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["touchline"]
CMD ["serve"]
