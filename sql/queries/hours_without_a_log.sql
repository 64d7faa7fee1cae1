/*
description: In which hours was a log silent?
kind: query
*/
select
    tenant_id,
    log,
    hour,
    silent_hours_before
from completeness
where silent_hours_before > 0
order by silent_hours_before desc, hour asc
