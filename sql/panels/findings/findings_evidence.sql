/*
title: Evidence
description: Records that the finding rests on, at most 20 of them, and the landed files that hold them.
kind: panel
grain: [log, record_id, landed_file]
*/
with records as (
    select unnest(evidence) as record
    from findings
    where finding_id = $finding_id
)

select
    record.log, -- the log, as the Log Analytics table is called
    record.record_id, -- id of the record; of a Graph request, its request id
    record.landed_file -- landed file, below landing/, that holds it
from records
order by record.log, record.record_id, record.landed_file
