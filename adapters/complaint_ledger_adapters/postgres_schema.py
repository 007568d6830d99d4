"""
The tables of PostgreSQL ledgers, and the functions that alone write to them.

An append is one call of the function `append`, in a transaction of its own: it takes
the lock of the ledger's row, and nobody waits for a client in between. A role that may
only call it cannot put in an event by hand. No table is locked, and no number comes
from a sequence, which leaves gaps and shows a later number before an earlier one.
"""

from typing import Final

from complaint_ledger_adapters.postgres_telling import TELL

TABLES: Final = (
    """
    CREATE TABLE {schema}.ledgers (
        ledger uuid PRIMARY KEY,
        name text COLLATE "C" NOT NULL UNIQUE,
        position bigint NOT NULL DEFAULT 0,
        recorded_at timestamptz,
        appended boolean NOT NULL DEFAULT false -- true once anything was: never restored into again
    ) WITH (fillfactor = 50) -- changed by each append
    """,
    """
    CREATE TABLE {schema}.events (
        ledger uuid NOT NULL,
        position bigint NOT NULL,
        stream uuid NOT NULL,
        version bigint NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        schema integer NOT NULL,
        recorded_at timestamptz NOT NULL,
        prev bytea,
        body bytea NOT NULL,
        CONSTRAINT events_position PRIMARY KEY (ledger, position),
        CONSTRAINT events_id UNIQUE (ledger, id),
        CONSTRAINT events_version UNIQUE (ledger, stream, version)
    )
    """,
    """
    CREATE TABLE {schema}.streams (
        ledger uuid NOT NULL,
        stream uuid NOT NULL,
        version bigint NOT NULL,
        leaf bytea NOT NULL,
        first bigint NOT NULL, -- the position of its first event
        PRIMARY KEY (ledger, stream)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE {schema}.claims (
        ledger uuid NOT NULL,
        claim text COLLATE "C" NOT NULL,
        stream uuid NOT NULL,
        PRIMARY KEY (ledger, claim)
    )
    """,
    """
    CREATE TABLE {schema}.sealed (
        ledger uuid NOT NULL,
        digest text COLLATE "C" NOT NULL,
        subject text NOT NULL,
        key_id text NOT NULL,
        algorithm text NOT NULL,
        nonce bytea NOT NULL,
        ciphertext bytea NOT NULL,
        PRIMARY KEY (ledger, digest)
    )
    """,
    """
    CREATE TABLE {schema}.kept (
        ledger uuid NOT NULL,
        name text COLLATE "C" NOT NULL,
        data bytea NOT NULL,
        PRIMARY KEY (ledger, name)
    )
    """,
    """
    CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what % holds is never changed or taken away (% refused)',
            TG_TABLE_NAME, TG_OP USING ERRCODE = 'CL000';
    END $$
    """,
)

NEVER: Final = {
    "ledgers": "DELETE",
    "events": "UPDATE OR DELETE",
    "streams": "DELETE",
    "claims": "UPDATE OR DELETE",
    "sealed": "UPDATE",
    "kept": "UPDATE OR DELETE",
}
"""What may never be done to the rows of a table; none may be emptied."""

TRIGGERS: Final = tuple(
    statement
    for table, never in NEVER.items()
    for statement in (
        f"""
        CREATE TRIGGER {table}_stay BEFORE {never} ON {{schema}}.{table}
        FOR EACH ROW EXECUTE FUNCTION {{schema}}.refuse()
        """,
        f"""
        CREATE TRIGGER {table}_are_never_emptied BEFORE TRUNCATE ON {{schema}}.{table}
        FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.refuse()
        """,
        # Also where a session says that it only replays what another server did.
        f"ALTER TABLE {{schema}}.{table} ENABLE ALWAYS TRIGGER {table}_stay",
        f"ALTER TABLE {{schema}}.{table} ENABLE ALWAYS TRIGGER {table}_are_never_emptied",
    )
)

APPEND: Final = r"""
CREATE OR REPLACE FUNCTION {schema}.append(
    of_ledger uuid,
    clock timestamptz, -- the writer's; null: the server's own
    accept_clock boolean,
    part_streams uuid[], part_versions bigint[], part_sizes bigint[], -- of each part of the batch
    event_ids uuid[], event_names text[], event_schemas bigint[], event_bodies bytea[], -- in order
    claim_names text[], claim_streams uuid[],
    row_digests text[], row_subjects text[], row_key_ids text[], row_algorithms text[],
    row_nonces bytea[], row_ciphertexts bytea[],
    OUT first_position bigint, OUT last_position bigint, OUT stamp timestamptz,
    OUT already_there boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    head record;
    held record;
    leaves bytea[];
    began bigint[];
    leaf_before bytea;
    matching bigint;
    known bigint := 0;
    unknown uuid;
    holder uuid;
    place bigint;
    number bigint;
    nth integer := 0;
BEGIN
    -- Whoever has this row is the ledger's only writer, until the transaction ends.
    SELECT l.position, l.recorded_at INTO head
    FROM ledgers l WHERE l.ledger = of_ledger FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such ledger' USING ERRCODE = 'CL001';
    END IF;

    FOR part IN 1 .. cardinality(part_streams) LOOP
        SELECT s.version, s.leaf, s.first INTO held
        FROM streams s WHERE s.ledger = of_ledger AND s.stream = part_streams[part];
        leaves[part] := held.leaf;
        began[part] := held.first;
        IF coalesce(held.version, 0) = part_versions[part] THEN
            unknown := coalesce(unknown, part_streams[part]);
        ELSE
            SELECT count(*) INTO matching
            FROM events e
            WHERE e.ledger = of_ledger AND e.stream = part_streams[part]
                AND e.version > part_versions[part]
                AND e.version <= part_versions[part] + part_sizes[part]
                AND e.id = event_ids[nth + e.version - part_versions[part]];
            IF matching = part_sizes[part] THEN
                known := known + 1;
            ELSIF matching > 0 THEN
                RAISE EXCEPTION 'partial overlap' USING ERRCODE = 'CL002',
                    DETAIL = part_streams[part];
            ELSE
                RAISE EXCEPTION 'stream moved' USING ERRCODE = 'CL003', DETAIL = concat_ws(
                    ' ', part_streams[part], part_versions[part], coalesce(held.version, 0)
                );
            END IF;
        END IF;
        nth := nth + part_sizes[part];
    END LOOP;
    IF known > 0 AND unknown IS NOT NULL THEN
        RAISE EXCEPTION 'partial overlap' USING ERRCODE = 'CL002', DETAIL = unknown;
    ELSIF known > 0 THEN
        SELECT min(e.position), max(e.position), min(e.recorded_at)
        INTO first_position, last_position, stamp
        FROM events e WHERE e.ledger = of_ledger AND e.id = ANY (event_ids);
        already_there := true;
        RETURN;
    END IF;

    FOR nth IN 1 .. cardinality(claim_names) LOOP
        SELECT c.stream INTO holder
        FROM claims c WHERE c.ledger = of_ledger AND c.claim = claim_names[nth];
        IF NOT FOUND THEN
            INSERT INTO claims VALUES (of_ledger, claim_names[nth], claim_streams[nth]);
        ELSIF holder <> claim_streams[nth] THEN
            RAISE EXCEPTION 'claim taken' USING ERRCODE = 'CL004', DETAIL = claim_names[nth];
        END IF;
    END LOOP;

    stamp := coalesce(clock, clock_timestamp());
    IF head.recorded_at IS NOT NULL THEN
        IF NOT accept_clock AND stamp NOT BETWEEN
            head.recorded_at - {backward} * interval '1 second'
            AND head.recorded_at + {forward} * interval '1 second'
        THEN
            RAISE EXCEPTION 'clock refused' USING ERRCODE = 'CL005', DETAIL = concat_ws(
                ' ', to_char(stamp AT TIME ZONE 'UTC', {instant}),
                to_char(head.recorded_at AT TIME ZONE 'UTC', {instant})
            );
        END IF;
        stamp := greatest(stamp, head.recorded_at + interval '1 microsecond');
    END IF;

    place := head.position;
    nth := 0;
    FOR part IN 1 .. cardinality(part_streams) LOOP
        number := part_versions[part];
        leaf_before := leaves[part];
        began[part] := coalesce(began[part], place + 1);
        FOR nth_of_part IN 1 .. part_sizes[part] LOOP
            nth := nth + 1;
            place := place + 1;
            number := number + 1;
            INSERT INTO events VALUES (
                of_ledger, place, part_streams[part], number, event_ids[nth], event_names[nth],
                event_schemas[nth], stamp, leaf_before, event_bodies[nth]
            );
            -- The leaf of its entry: see complaint_ledger/evidence/entries.py.
            leaf_before := sha256('\x00'::bytea || convert_to({header}
                || E'\nledger ' || replace(of_ledger::text, '-', '')
                || E'\nposition ' || place
                || E'\nstream ' || replace(part_streams[part]::text, '-', '')
                || E'\nversion ' || number
                || E'\ntype ' || event_names[nth] || ' ' || event_schemas[nth]
                || E'\nrecorded ' || to_char(stamp AT TIME ZONE 'UTC', {instant})
                || E'\nprev ' || coalesce(encode(leaf_before, 'hex'), '-')
                || E'\nbody ' || encode(sha256(event_bodies[nth]), 'hex')
                || E'\n', 'UTF8'));
        END LOOP;
        INSERT INTO streams AS s
        VALUES (of_ledger, part_streams[part], number, leaf_before, began[part])
        ON CONFLICT (ledger, stream) DO UPDATE SET version = number, leaf = leaf_before;
    END LOOP;
    IF cardinality(row_digests) > 0 THEN -- even nothing takes a tenth of the time to insert
        INSERT INTO sealed SELECT of_ledger, * FROM unnest(
            row_digests, row_subjects, row_key_ids, row_algorithms, row_nonces, row_ciphertexts
        );
    END IF;
    UPDATE ledgers l SET position = place, recorded_at = stamp, appended = true
    WHERE l.ledger = of_ledger;
    first_position := head.position + 1;
    last_position := place;
    already_there := false;
END $$
"""

KEEP: Final = """
CREATE OR REPLACE FUNCTION {schema}.keep(of_ledger uuid, of_name text, of_data bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
BEGIN
    INSERT INTO kept VALUES (of_ledger, of_name, of_data) ON CONFLICT DO NOTHING;
    RETURN FOUND OR (
        SELECT data = of_data FROM kept WHERE ledger = of_ledger AND name = of_name
    );
END $$
"""

ERASE: Final = """
CREATE OR REPLACE FUNCTION {schema}.erase_sealed(of_ledger uuid, digests text[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM sealed WHERE ledger = of_ledger AND digest = ANY (digests);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""

FUNCTIONS: Final = (
    APPEND,
    TELL,
    KEEP,
    ERASE,
    # Else everybody may call them.
    "REVOKE ALL ON FUNCTION {schema}.append, {schema}.keep, {schema}.erase_sealed FROM PUBLIC",
)
