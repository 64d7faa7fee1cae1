/*
description: Which lines were not typed, from which files, and why?
kind: query
*/
select
    source_name,
    log,
    looks_like,
    sum(quarantined + unsupported) as lines
from landed_files
where quarantined + unsupported > 0
group by source_name, log, looks_like
order by lines desc, source_name asc
