/*
description: Every directory audit event once, typed, with the landed file of its best copy.
kind: view
*/
select records.* -- noqa: AM04
from directory_audit_records as records
anti join duplicate_records as duplicates
    on
        duplicates.table_name = 'directory_audits'
        and records.records_file = duplicates.records_file
        and records.row_number = duplicates.row_number
