/*
title: Landed files behind the report
description: >
  The landed files with records on which the requests of the period rest, with their hashes. `whoseagent verify`
  checks them against the chained manifest.
kind: panel
grain: [landed_file]
*/
with files as (
    select
        landed_file,
        cast(sum(requests) as bigint) as requests
    from evidence_files
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by landed_file
)

select
    files.landed_file, -- path below landing/
    landed_files.log, -- log
    files.requests, -- requests of the period that rest on it
    landed_files.landed, -- lines in it
    landed_files.typed, -- of these, rows in the typed tables
    landed_files.duplicates, -- further copies
    landed_files.quarantined, -- no usable record
    landed_files.waiting, -- not in the published tables yet
    landed_files.landed_at, -- UTC time of landing
    landed_files.sha256, -- SHA-256 of the file
    landed_files.sha256 is null
    or landed_files.waiting > 0
    or landed_files.landed
    != landed_files.typed + landed_files.duplicates + landed_files.quarantined + landed_files.unsupported
    + landed_files.waiting as is_exception -- whether lines of it are unaccounted for or wait, or its hash is not known
from files
left join landed_files
    on files.landed_file = landed_files.landed_file
order by is_exception desc, files.landed_file asc
