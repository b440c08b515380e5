"""Rows made from rows by one statement, so that a hundred thousand of them never pass through Python."""

from typing import Any

from django.db import connection
from django.db.models import Func, Model, QuerySet, UUIDField, Value


class RandomUUID(Func):
    """A random key, made by the database for each row. SQLite keeps UUIDs as 32 hexadecimal digits, as Django does."""

    template = "gen_random_uuid()"
    output_field: Any = UUIDField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))", **context)


def insert_for_each(rows: QuerySet, prototype: Model, **columns: Any) -> int:
    """Store a copy of ``prototype`` for each of ``rows``, numbered in their order; how many were stored.

    ``columns`` maps columns to what each row gives them: a field's name or an
    expression. What a unique constraint knows already is left alone.
    """
    given = {**_fixed(prototype), **columns}
    select, parameters = rows.order_by("pk").values_list(*given.values()).query.sql_with_params()
    quote = connection.ops.quote_name
    into = f"{quote(prototype._meta.db_table)} ({', '.join(map(quote, given))})"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} {select} ON CONFLICT DO NOTHING", parameters)  # noqa: S608
        return int(cursor.rowcount)


def _fixed(prototype: Model) -> dict[str, Any]:
    """What is the same in each copy; the database itself fills in keys and whatever is empty here."""
    fixed = {}
    for field in prototype._meta.concrete_fields:
        value = None if field.primary_key or field.has_db_default() else field.pre_save(prototype, add=True)
        if value is not None:
            fixed[str(field.column)] = Value(value, field)
    return fixed
