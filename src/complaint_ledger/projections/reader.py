"""A role that may read the facts and do nothing else: for analysts and their tools."""

from sqlalchemy import text

from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.projections import build_tables
from complaint_ledger.projections.places import errors
from complaint_ledger.projections.places_postgres import PostgresPlace
from complaint_ledger.projections.views import Views


def let_read(views: Views, role: str) -> None:
    """
    Let *role* read every table and view of the facts, and those that later builds make.

    Raises:
        BadValue: The facts are not in PostgreSQL.
        UnknownName: There is no such role.
        FactsUnusable: The place cannot be written, or its owner is somebody else.
    """
    place = views.place
    if not isinstance(place, PostgresPlace):
        raise BadValue(
            "facts", "an SQLite file has no roles: give analysts a copy, or let them read the file"
        )
    with errors(place):
        build_tables.prepare(place)
        with place.alone() as connection:
            there = text("SELECT rolname FROM pg_roles WHERE rolname = :role")
            if not connection.execute(there, {"role": role}).all():
                raise UnknownName("role", role, ())
            quote = connection.dialect.identifier_preparer.quote
            schema, to = quote(place.schema), quote(role)
            for statement in (
                f"GRANT USAGE ON SCHEMA {schema} TO {to}",
                f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {to}",
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {to}",
            ):
                connection.exec_driver_sql(statement)
