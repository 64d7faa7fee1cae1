/*
title: Lines that are in no table
description: >
  Landed lines that are no usable record, are of a kind that is not read, or wait for a run. They have no event time
  that could be trusted, so all of them are here, of whatever period and tenant.
kind: panel
grain: [log, looks_like]
*/
select
    log, -- log; unreadable for lines that are no records, unsupported for kinds that are not read
    looks_like, -- what they look like, or what is wrong with them
    count(*) as files, -- landed files with such lines
    cast(sum(quarantined) as bigint) as quarantined, -- lines that are no usable record
    cast(sum(unsupported) as bigint) as unsupported, -- records of a kind that is not read
    cast(sum(waiting) as bigint) as waiting, -- lines that are in no published table yet
    min(landed_at) as first_landed_at, -- UTC time at which the first of the files landed
    max(landed_at) as last_landed_at, -- the last
    sum(quarantined + waiting) > 0 as is_exception -- whether lines are unusable or wait
from landed_files
where quarantined > 0 or unsupported > 0 or waiting > 0
group by log, looks_like
order by log asc, looks_like asc
