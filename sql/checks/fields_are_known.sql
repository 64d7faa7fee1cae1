/*
description: Landed files with fields that were never seen before, so that nothing reads them yet.
kind: check
severity: warn
*/
select
    landed_file,
    source_name,
    log,
    landed,
    unknown_fields
from landed_files
where unknown_fields is not null
