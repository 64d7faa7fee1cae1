/*
description: Records that stand more than once in a staged table on one day.
kind: check
*/
with records as (
    select
        'sign_ins' as table_name,
        tenant_id,
        day,
        sign_in_id as record_id
    from staged_sign_ins
    union all
    select
        'directory_audits' as table_name,
        tenant_id,
        day,
        audit_id as record_id
    from staged_directory_audits
    union all
    select
        'graph_activity' as table_name,
        tenant_id,
        day,
        request_id as record_id
    from staged_graph_activity
)

select
    table_name,
    tenant_id,
    day,
    record_id,
    count(*) as copies
from records
group by table_name, tenant_id, day, record_id
having count(*) > 1
