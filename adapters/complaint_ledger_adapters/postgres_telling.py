"""
The call that appends and, once that is on the disk, tells whoever listens.

A NOTIFY holds a lock of the whole database until its transaction has ended. Told within
the append, every ledger would wait for the disk of every other; told after it, none does.
What is lost if the server stops between the two is a word to those who look again anyway.
"""

from typing import Final

# Without rights of its own, since PostgreSQL lets no other procedure end a transaction.
TELL: Final = """
CREATE OR REPLACE PROCEDURE {schema}.append_and_tell(
    of_ledger uuid, clock timestamptz, accept_clock boolean,
    part_streams uuid[], part_versions bigint[], part_sizes bigint[],
    event_ids uuid[], event_names text[], event_schemas bigint[], event_bodies bytea[],
    claim_names text[], claim_streams uuid[],
    row_digests text[], row_subjects text[], row_key_ids text[], row_algorithms text[],
    row_nonces bytea[], row_ciphertexts bytea[],
    OUT first_position bigint, OUT last_position bigint, OUT stamp timestamptz,
    OUT already_there boolean
) LANGUAGE plpgsql AS $$
DECLARE
    done record;
BEGIN
    done := {schema}.append(
        of_ledger, clock, accept_clock, part_streams, part_versions, part_sizes,
        event_ids, event_names, event_schemas, event_bodies, claim_names, claim_streams,
        row_digests, row_subjects, row_key_ids, row_algorithms, row_nonces, row_ciphertexts
    );
    COMMIT;
    PERFORM pg_notify({channel} || replace(of_ledger::text, '-', ''), '');
    first_position := done.first_position;
    last_position := done.last_position;
    stamp := done.stamp;
    already_there := done.already_there;
END $$
"""
