/*
description: >
  The registry of apps that people keep with `whoseagent agents`. What holds of it stands in `known_apps` after the next
  run, unless the settings say otherwise of the same app.
kind: view
grain: [app_id]
not_null: [app_id, is_active, is_agent, owner, reason, registered_by, registered_at, expires_at]
*/
with said as (
    select
        *,
        row_number() over (partition by app_id order by seq desc) as place
    from case_events
    where kind in ('app_registered', 'app_unregistered')
)

select
    app_id, -- app (client) id
    name, -- its name; null where nobody named it
    owner, -- who answers for it
    asked_at < expires_at as is_active, -- whether the registration holds now
    is_agent, -- whether it is an agent
    is_sanctioned, -- whether it is allowed; null where nobody said
    reason, -- why it was registered
    ticket, -- where it was decided
    expires_at, -- UTC time until which the registration holds
    actor as registered_by, -- who registered it
    event_at as registered_at -- UTC time of that
from said
where place = 1 and kind = 'app_registered'
