/*
description: Sources of which more than one line in a hundred is no usable record and went into the quarantine.
kind: check
severity: warn
*/
select
    source_name,
    sum(landed) as landed,
    sum(quarantined) as quarantined
from landed_files
group by source_name
having sum(quarantined) > 0.01 * sum(landed)
