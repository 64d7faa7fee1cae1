/*
title: Workloads from outside
description: >
  Apps whose tokens rest on an outside identity provider: who vouches for them, and what they did.
kind: panel
grain: [tenant_id, app_id, federated_issuer, federated_subject]
*/
select
    tenant_id, -- Entra tenant
    app_id, -- the app
    max(app_name) as app_name, -- its name
    federated_issuer, -- who vouches for the workload; null where neither log nor inventory says
    federated_subject, -- the workload, as the inventory names it
    cast(sum(requests) as bigint) as requests, -- requests
    cast(sum(user_writes) as bigint) as user_writes, -- writes on users' data among them
    federated_issuer is null as is_exception -- whether nobody says who vouches for it
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and identity_shape = 'federated_credential'
group by tenant_id, app_id, federated_issuer, federated_subject
order by requests desc, tenant_id asc, app_id asc, federated_issuer asc, federated_subject asc
