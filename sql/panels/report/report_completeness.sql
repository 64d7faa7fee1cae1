/*
title: Completeness of each log
description: >
  Per tenant and log, what was expected of the period, what came, and what was set aside. A log without any record
  stands here with 0: what rests on it cannot be answered.
kind: panel
grain: [tenant_id, log]
*/
with tenants as (
    select distinct tenant_id
    from completeness
    where tenant_id != 'unknown' and ($tenant_id is null or tenant_id = $tenant_id)
),

logs as (
    select
        tenants.tenant_id,
        unnest([
            'AADManagedIdentitySignInLogs',
            'AADNonInteractiveUserSignInLogs',
            'AADServicePrincipalSignInLogs',
            'AuditLogs',
            'MicrosoftGraphActivityLogs',
            'MicrosoftServicePrincipalSignInLogs',
            'SigninLogs'
        ]) as log
    from tenants
),

hours as (
    select
        tenant_id,
        log,
        count(case when distinct_records > 0 then 1 end) as hours_with_records,
        count(case when is_expected then 1 end) as hours_expected,
        count(case when is_expected and not coalesce(is_pulled, false) then 1 end) as hours_missing,
        cast(sum(landed) as bigint) as landed,
        cast(sum(distinct_records) as bigint) as records,
        cast(sum(duplicates) as bigint) as duplicates,
        cast(sum(late) as bigint) as late,
        cast(sum(quarantined) as bigint) as quarantined,
        cast(max(gap) as bigint) as longest_gap_hours,
        count(case when is_waiting then 1 end) as hours_waiting
    from completeness
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id, log
)

select
    coalesce(hours.tenant_id, logs.tenant_id) as tenant_id, -- Entra tenant; unknown for unreadable lines
    coalesce(hours.log, logs.log) as log, -- log, or unreadable for lines that are no records
    24 * (1 + date_diff('day', cast($first_day as date), cast($last_day as date))) as hours_in_period, -- hours of the period
    coalesce(hours.hours_with_records, 0) as hours_with_records, -- hours with a record
    coalesce(hours.hours_expected, 0) as hours_expected, -- hours that a collector asked for; 0 for a log that is imported only
    coalesce(hours.hours_missing, 0) as hours_missing, -- of these, those that did not come whole
    coalesce(hours.longest_gap_hours, 0) as longest_gap_hours, -- longest run of whole hours without a record that ended in the period
    coalesce(hours.landed, 0) as landed, -- copies that landed
    coalesce(hours.records, 0) as records, -- records that they are
    coalesce(hours.duplicates, 0) as duplicates, -- further copies
    coalesce(hours.late, 0) as late, -- records that came more than two hours after the event
    coalesce(hours.quarantined, 0) as quarantined, -- lines that are no usable record, by the hour of their landing
    coalesce(hours.hours_waiting, 0) as hours_waiting, -- hours of which more has landed than is published
    coalesce(hours.records, 0) = 0
    or hours.hours_missing > 0
    or hours.quarantined > 0
    or hours.hours_waiting > 0 as is_exception -- whether something of the log is missing, set aside or not published
from logs
full outer join hours
    on logs.tenant_id = hours.tenant_id and logs.log = hours.log
order by tenant_id, log
