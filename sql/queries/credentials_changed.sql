/*
description: Who changed credentials and sign-in methods?
kind: query
*/
select
    request_at,
    actor_class,
    statement,
    outcome,
    attribution_grade,
    request_id
from attributed_requests
where effect = 'credential' or (data_class = 'user_security' and is_write)
order by request_at
