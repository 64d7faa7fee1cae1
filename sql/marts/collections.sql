/*
description: >
  What collectors asked for of each log, from when until when, and whether it came: a row for each stretch of the log's
  time, as a rule one for each log of a source. What was never asked for has no row, and an import of files has none.
kind: table
grain: [tenant_id, source, source_name, log, stretch]
not_null: [tenant_id, source, source_name, log, stretch]
*/
select
    coalesce(tenant_id, 'unknown') as tenant_id, -- Entra tenant
    source, -- graph, inventory, log_analytics or storage, as `collect --source` takes it
    source_name, -- the query, table or container that was asked
    log, -- log as the Log Analytics table is called, or a kind of directory objects; `unknown` while a source cannot be read at all
    stretch, -- number of the stretch, 1 for the earliest
    window_start, -- UTC time from which on was asked for events; null for a directory, which has no past, and for `unknown`
    window_end, -- UTC time before which was asked for events
    is_pulled, -- whether the source was read for the whole of it, records or not; false for what failed, or is kept no more
    last_asked_at, -- UTC time at which the source was last asked for what is new; null where only a period was ever asked for
    last_success_at -- UTC time at which it was last asked and all of it came; null where that never happened
from collected_stretches
