"""The database: schema, migrations, one writer, readers, and one module of queries per noun."""
