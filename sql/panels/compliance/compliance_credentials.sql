/*
title: How apps proved who they are
description: >
  Requests on users' data by the kind of credential behind their token. Where the sign-in is not in the logs, the
  credential is not known.
kind: panel
grain: [identity_shape]
*/
select
    identity_shape, -- kind of credential: app_secret, app_certificate, federated_credential, managed_identity, on_behalf_of, …
    cast(sum(requests) as bigint) as requests, -- requests on users' data
    cast(sum(writes) as bigint) as user_writes, -- of these, writes
    count(distinct app_id) as apps, -- calling apps
    identity_shape in ('app_only', 'unknown') as is_exception -- whether the logs do not say which credential it was
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and is_user_scoped
    and actor_class != 'first_party'
group by identity_shape
order by requests desc, identity_shape asc
