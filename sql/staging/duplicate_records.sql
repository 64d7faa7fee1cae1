/*
description: >
  Landed copies that are not the best copy of their record. Sources overlap and deliver records more than once
  (T22), an interrupted multi-factor sign-in grows over several copies, and one shape holds more than another. The
  copy that stays is the one that names its tenant, with the fewest empty columns, then the longest, then the latest;
  equal copies are the same record whichever stays. A copy whose source does not name the tenant belongs to the only
  tenant that has the record.
kind: partition
grain: [records_file, row_number]
not_null: [table_name, record_id, records_file, row_number, landed_file]
*/
with repeated_sign_ins as (
    select sign_in_id
    from sign_in_records
    group by sign_in_id
    having count(*) > 1
),

repeated_audits as (
    select audit_id
    from directory_audit_records
    group by audit_id
    having count(*) > 1
),

repeated_requests as (
    select request_id
    from graph_activity_records
    group by request_id
    having count(*) > 1
),

copies as (
    select
        'sign_ins' as table_name,
        sign_in_id as record_id,
        tenant_id,
        ingested_at,
        landed_file,
        records_file,
        row_number,
        to_json(sign_in_records) as content
    from sign_in_records
    where sign_in_id in (select repeated_sign_ins.sign_in_id from repeated_sign_ins)
    union all
    select
        'directory_audits' as table_name,
        audit_id as record_id,
        tenant_id,
        ingested_at,
        landed_file,
        records_file,
        row_number,
        to_json(directory_audit_records) as content
    from directory_audit_records
    where audit_id in (select repeated_audits.audit_id from repeated_audits)
    union all
    select
        'graph_activity' as table_name,
        request_id as record_id,
        tenant_id,
        ingested_at,
        landed_file,
        records_file,
        row_number,
        to_json(graph_activity_records) as content
    from graph_activity_records
    where request_id in (select repeated_requests.request_id from repeated_requests)
),

comparable as (
    -- The content without what only says where the copy stands.
    select
        * exclude (content),
        json_merge_patch(
            content, '{"landed_file": null, "records_file": null, "row_number": null, "tenant_id": null}'
        )::varchar as content
    from copies
),

tenants as (
    select
        table_name,
        record_id,
        case when count(distinct tenant_id) = 1 then min(tenant_id) end as only_tenant_id
    from copies
    where tenant_id != 'unknown'
    group by table_name, record_id
),

ranked as (
    select
        comparable.*,
        row_number() over (
            partition by
                comparable.table_name,
                comparable.record_id,
                coalesce(nullif(comparable.tenant_id, 'unknown'), tenants.only_tenant_id, 'unknown')
            order by
                comparable.tenant_id = 'unknown' asc,
                length(comparable.content) - length(replace(comparable.content, ':null', '')) asc,
                length(comparable.content) desc,
                comparable.ingested_at desc nulls last,
                comparable.content asc,
                comparable.landed_file asc,
                comparable.records_file asc,
                comparable.row_number asc
        ) as copy_rank
    from comparable
    left join tenants
        on comparable.table_name = tenants.table_name and comparable.record_id = tenants.record_id
)

select
    table_name, -- staged table: sign_ins, directory_audits or graph_activity
    record_id, -- id that the copies share
    landed_file, -- landed file that holds this copy
    records_file, -- Parquet file that holds this copy
    row_number -- its row in that file, from 0
from ranked
where copy_rank > 1
