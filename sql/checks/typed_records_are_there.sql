/*
description: >
  Landed files whose typed records are not all in the tables that readers see, or more than once: typed counts what
  staging wrote less the duplicates, and the tables must hold just that.
kind: check
*/
with seen as (
    select
        landed_file,
        count(*) as records
    from staged_sign_ins
    group by landed_file
    union all
    select
        landed_file,
        count(*) as records
    from staged_directory_audits
    group by landed_file
    union all
    select
        landed_file,
        count(*) as records
    from staged_graph_activity
    group by landed_file
    union all
    select
        landed_file,
        count(*) as records
    from directory_object_records
    group by landed_file
)

select
    landed_files.landed_file,
    landed_files.typed,
    coalesce(seen.records, 0) as records
from landed_files
left join seen on landed_files.landed_file = seen.landed_file
where landed_files.typed != coalesce(seen.records, 0)
