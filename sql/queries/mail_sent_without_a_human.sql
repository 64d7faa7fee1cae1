/*
description: Which mail was sent in a user's name with no human on the token?
kind: query
*/
select
    request_at,
    app_name,
    identity_shape,
    coalesce(target_user_upn, target_user_id) as sender,
    outcome,
    statement,
    request_id
from attributed_requests
where effect = 'send' and app_only_user_write
order by request_at
