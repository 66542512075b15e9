# One image for every process: `insighthub web`, `ingest`, `worker`, `beat`, `migrate`, and `up` for a trial.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-deps --require-hashes -r requirements.lock
COPY . .
# Editable, as `make` installs it: the code finds its SQL, scripts, styles and migrations beside itself, and no
# list of data files can forget one.
RUN pip install --no-deps --no-build-isolation -e . \
    && python -m compileall -q tracker tenancy themes analytics billing portal \
    && useradd --system --create-home insighthub \
    && install -d -o insighthub /data
USER insighthub
EXPOSE 8000
ENV HOST=0.0.0.0 DATA_DIR=/data
ENTRYPOINT ["insighthub"]
CMD ["web"]
