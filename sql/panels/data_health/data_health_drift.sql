/*
title: Drift
description: >
  Fields that were never seen before, and values that did not cast, by log and form, of whatever day and tenant. Records
  with unknown fields are kept whole; a value that did not cast is counted here and empty in the tables.
kind: panel
grain: [log, shape, unknown_fields, cast_failures]
*/
select
    log, -- the log, as the Log Analytics table is called
    shape, -- diagnostic, log_analytics, csv or graph
    unknown_fields, -- fields never seen before, with their number of records
    cast_failures, -- values that did not cast, by column
    count(*) as files, -- landed files with just these
    max(landed_at) as last_landed_at -- UTC time at which the last of them landed
from landed_files
where unknown_fields is not null or cast_failures is not null
group by log, shape, unknown_fields, cast_failures
order by last_landed_at desc, log asc, shape asc
