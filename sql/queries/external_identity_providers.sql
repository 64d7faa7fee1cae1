/*
description: Which apps act with a credential of an external identity provider or as an Azure resource?
kind: query
*/
select
    app_name,
    app_id,
    identity_shape,
    managed_identity_resource,
    federated_issuer,
    count(*) as requests,
    count(case when is_write then 1 end) as writes
from attributed_requests
where identity_shape in ('federated_credential', 'managed_identity')
group by app_name, app_id, identity_shape, managed_identity_resource, federated_issuer
order by requests desc
