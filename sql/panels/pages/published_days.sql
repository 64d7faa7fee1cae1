/*
title: Published days
description: The tenants with published data and their first and last day, those of Graph requests where there are any.
kind: panel
grain: [tenant_id]
*/
select
    tenant_id, -- Entra tenant
    coalesce(
        min(case when log = 'MicrosoftGraphActivityLogs' then cast(hour as date) end), min(cast(hour as date))
    ) as first_day, -- first event day in UTC
    coalesce(
        max(case when log = 'MicrosoftGraphActivityLogs' then cast(hour as date) end), max(cast(hour as date))
    ) as last_day -- last event day in UTC
from completeness
where landed > 0 and log <> 'unreadable'
group by tenant_id
order by tenant_id
