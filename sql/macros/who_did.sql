/*
description: The request with this id, in full, and who did it.
kind: macro
argument: request_id
*/
select requests.* -- noqa: AM04
from attributed_requests as requests
where requests.request_id in ($wanted, lower($wanted))
