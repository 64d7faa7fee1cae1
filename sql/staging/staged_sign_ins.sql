/*
description: Every sign-in once, typed, with the landed file of its best copy.
kind: view
*/
select records.* -- noqa: AM04
from sign_in_records as records
anti join duplicate_records as duplicates
    on
        duplicates.table_name = 'sign_ins'
        and records.records_file = duplicates.records_file
        and records.row_number = duplicates.row_number
