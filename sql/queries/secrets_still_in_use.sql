/*
description: Which apps still sign in with a secret?
kind: query
*/
select
    app_name,
    app_id,
    credential_key_id,
    count(*) as tokens,
    min(issued_at) as first_at,
    max(issued_at) as last_at
from tokens
where identity_shape = 'app_secret'
group by app_name, app_id, credential_key_id
order by tokens desc
