# One image for every process: `insighthub web`, `ingest`, `worker`, `beat`, `migrate`.
FROM python:3.11-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.lock pyproject.toml ./
RUN pip install --no-deps --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-deps --no-build-isolation . && useradd --system --create-home insighthub
USER insighthub
EXPOSE 8000
ENV HOST=0.0.0.0
ENTRYPOINT ["insighthub"]
CMD ["web"]
