/*
description: >
  Which sessions people began on a day, by signing in themselves: the history in which a finding rule looks for the root
  of what an agent does. Agents' own accounts are not in it, as far as the sign-in says so (T9).
kind: partition
grain: [tenant_id, user_id, session_id]
not_null: [tenant_id, user_id, session_id, first_at]
*/
select
    tenant_id, -- Entra tenant
    user_id, -- the person
    coalesce(session_id, '') as session_id, -- the session; empty where the log names none
    min(issued_at) as first_at -- UTC time of its first interactive sign-in of the day
from tokens
where
    is_interactive
    and is_human_token
    and user_id is not null
    and issued_at >= $window_start
    and issued_at < $window_end
group by tenant_id, user_id, coalesce(session_id, '')
