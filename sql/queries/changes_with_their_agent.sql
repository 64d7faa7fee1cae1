/*
description: Which directory changes that the audit log ascribes to a user were made by an agent?
kind: query
*/
select
    occurred_at,
    activity,
    initiated_by_user_upn,
    app_name,
    agent_app_id,
    front_end_app_id,
    request_id,
    audit_id
from directory_changes
where actor_class = 'human_via_agent'
order by occurred_at
