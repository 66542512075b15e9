"""The composition root: app, pages, API, worker, command line, embedded stack."""
