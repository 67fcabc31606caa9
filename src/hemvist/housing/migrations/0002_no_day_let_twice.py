"""Two leases of a dwelling never hold the same day: refused by the database itself.

A later migration that remakes the table on SQLite must make the triggers again.
"""

from django.db import migrations

TABLE = "housing_tenancy"
MESSAGE = "a dwelling is let twice on the same day"
OVERLAP = f"""
    SELECT 1 FROM {TABLE} AS other
    WHERE other.dwelling_id = NEW.dwelling_id AND other.id <> NEW.id AND other.voided_at IS NULL
      AND other.starts_on <= COALESCE(NEW.ends_on, '9999-12-31')
      AND NEW.starts_on <= COALESCE(other.ends_on, '9999-12-31')
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for deed in ("INSERT", "UPDATE"):
            schema_editor.execute(
                f"CREATE TRIGGER {TABLE}_no_overlap_{deed.lower()} BEFORE {deed} ON {TABLE} "
                f"WHEN NEW.voided_at IS NULL AND EXISTS ({OVERLAP}) "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
    elif schema_editor.connection.vendor == "postgresql":
        # The row of the dwelling is locked first, so that two at once wait for each other.
        schema_editor.execute(
            f"CREATE FUNCTION {TABLE}_no_overlap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "PERFORM 1 FROM housing_dwelling WHERE id = NEW.dwelling_id FOR UPDATE; "
            f"IF NEW.voided_at IS NULL AND EXISTS ({OVERLAP}) THEN "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'exclusion_violation'; END IF; RETURN NEW; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_overlap BEFORE INSERT OR UPDATE ON {TABLE} "
            f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_no_overlap()"
        )
    else:
        raise RuntimeError(f"No trigger against letting twice is written for {schema_editor.connection.vendor}.")


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for deed in ("insert", "update"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_overlap_{deed}")
    else:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_overlap ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_no_overlap()")


class Migration(migrations.Migration):
    dependencies = [("housing", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
