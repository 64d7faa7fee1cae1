/*
description: >
  What was done under a user's authority, by the user or an agent, the newest first. A UPN is a label (T30): the user
  objects that have it now or had it are looked up in the inventory, and the sign-ins' own label counts as well.
kind: macro
argument: upn_or_id
*/
with same_upn as (
    select user_id
    from directory_users
    where user_upn = lower($wanted) or sign_in_upn = lower($wanted)
)

select requests.* -- noqa: AM04
from attributed_requests as requests
where
    requests.user_id = lower($wanted)
    or requests.user_upn = lower($wanted)
    or requests.user_id in (select same_upn.user_id from same_upn)
order by requests.request_at desc, requests.request_id asc
