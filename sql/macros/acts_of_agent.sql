/*
description: What an agent did, for users and on its own, the newest first; by its app id, or its name in any case.
kind: macro
argument: app_id_or_name
*/
select requests.* -- noqa: AM04
from attributed_requests as requests
where requests.agent_app_id = lower($wanted) or lower(requests.agent_name) = lower($wanted)
order by requests.request_at desc, requests.request_id asc
