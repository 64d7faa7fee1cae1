/*
title: When each collection last succeeded
description: >
  What collectors asked of each source, from when until when, and when all of it last came. An import of files has no
  row here.
kind: panel
grain: [tenant_id, source, source_name, log, stretch]
*/
select
    is_pulled, -- whether the source was read for the whole of it, records or not
    last_success_at, -- UTC time at which all of it last came; null where that never happened
    last_asked_at, -- UTC time at which the source was last asked for what is new
    log, -- the log, or a kind of directory objects; unknown while a source cannot be read at all
    source, -- graph, inventory, log_analytics or storage
    source_name, -- the query, table or container that was asked
    window_start, -- UTC time from which on was asked for events
    window_end, -- UTC time before which was asked for events
    stretch, -- number of the stretch, 1 for the earliest
    tenant_id -- Entra tenant
from collections
where $tenant_id is null or tenant_id = $tenant_id
order by
    is_pulled asc, last_success_at asc nulls first, tenant_id asc, source asc, source_name asc, log asc, stretch asc
