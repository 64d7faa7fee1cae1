/*
description: >
  Logs with hours that a collector asked for and no source gave: what failed and was not pulled since, or what the
  source keeps no more. Nothing can be said of these hours. `whoseagent collect --from` pulls them again.
kind: check
severity: warn
*/
select
    tenant_id,
    log,
    count(*) as hours,
    min(hour) as first_hour,
    max(hour) as last_hour,
    max(last_success_at) as last_success_at
from completeness
where is_expected and not is_pulled
group by tenant_id, log
