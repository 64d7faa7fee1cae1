/*
title: Can these days be trusted
description: >
  What was asked for and did not come whole, what came more than once or late, and what could not be read. Lines that
  could not be read have neither day nor tenant: all of them count, whatever is chosen.
kind: panel
grain: [hours_expected]
*/
with unreadable as (
    select coalesce(sum(quarantined), 0) as quarantined
    from completeness
)

select
    count(case when is_expected then 1 end) as hours_expected, -- hours of logs that a collector asked for; 0 where all was imported
    count(case when is_expected and not coalesce(is_pulled, false) then 1 end) as hours_missing, -- of these, those that did not come whole
    cast(coalesce(sum(distinct_records), 0) as bigint) as records, -- records
    cast(coalesce(sum(duplicates), 0) as bigint) as duplicates, -- further copies of them
    sum(duplicates) * 1.0 / nullif(sum(distinct_records) + sum(duplicates), 0) as duplicate_share, -- share of these among all that came, 0 to 1; null where nothing came
    cast(coalesce(sum(late), 0) as bigint) as late, -- records that the source wrote more than two hours after the event
    cast((select unreadable.quarantined from unreadable) as bigint) as quarantined, -- lines that are no usable record, of any day
    count(case when is_waiting then 1 end) as hours_waiting -- hours of which more has landed than is published
from completeness
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
