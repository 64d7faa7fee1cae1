/*
description: Landed files with values that did not cast and are null in the typed tables, counted by column.
kind: check
severity: warn
*/
select
    landed_file,
    source_name,
    log,
    landed,
    cast_failures
from landed_files
where cast_failures is not null
