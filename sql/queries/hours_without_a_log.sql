/*
description: In which hours was a log silent?
kind: query
*/
select
    tenant_id,
    log,
    hour,
    gap
from completeness
where gap > 0
order by gap desc, hour asc
