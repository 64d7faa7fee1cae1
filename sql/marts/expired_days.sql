/*
description: >
  What landed of each log and day and is in the tables no longer, by policy: never confuse it with what never came.
  Lines stand in their landed file until that is removed; a removal stands in the manifest for good.
kind: table
grain: [log, day]
not_null: [log, day, files, landed, removed]
*/
select
    log, -- log as the Log Analytics table is called, or `unsupported` or `unreadable`
    coalesce(day, date '0001-01-01') as day, -- event day in UTC; 0001-01-01 for lines without a usable time
    count(distinct landed_file) as files, -- landed files that hold, or held, lines of the day
    cast(sum(lines) as bigint) as landed, -- lines of the day that landed in them, further copies among them
    cast(coalesce(sum(case when removed_at is not null then lines end), 0) as bigint) as removed, -- those whose landed file was removed; the others stay for what looks back to them, for younger lines of their file, or until the next `whoseagent retain`
    max(removed_at) as last_removed_at -- UTC time of the last removal
from landed_days
where removed_at is not null or not is_shown
group by log, coalesce(day, date '0001-01-01')
