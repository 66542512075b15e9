"""Runs the migrations as ih_owner, and compares them with the models of every package."""

from importlib import import_module

from sqlalchemy import Connection, NullPool, create_engine, text

from alembic import context
from tenancy.models import Base
from tenancy.settings import settings

for package in ("themes", "analytics"):
    import_module(f"{package}.models")


def run(connection: Connection) -> None:
    # A migration that cannot have its lock at once must not make the whole site wait behind it.
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET ROLE ih_owner"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(settings().database_owner_url, poolclass=NullPool).connect() as own:
        run(own)
