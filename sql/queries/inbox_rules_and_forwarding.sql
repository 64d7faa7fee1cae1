/*
description: Who changed inbox rules or mailbox settings?
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
where effect = 'rule'
order by request_at
