/*
title: In the registry
description: What people entered about it with `whoseagent agents`, and what the last run knew of it.
kind: panel
grain: []
*/
with known as (
    select *
    from known_apps
    where app_id = $app_id
),

registered as (
    select *
    from registered_apps
    where app_id = $app_id and is_active
)

select
    coalesce(registered.name, known.name) as name, -- its name in the registry, else Microsoft's name of it
    coalesce(registered.owner, known.owner) as owner, -- who answers for it
    coalesce(registered.is_agent, known.is_agent) as is_agent, -- whether it is an agent
    coalesce(registered.is_sanctioned, known.is_sanctioned) as is_sanctioned, -- whether it is allowed; null where nobody said
    registered.reason, -- why it was registered
    registered.ticket, -- where it was decided
    registered.registered_by, -- who registered it
    registered.expires_at, -- UTC time until which the registration holds; null for one of the settings
    coalesce(known.is_first_party, false) as is_first_party, -- whether it is one of Microsoft's own apps
    coalesce(known.is_own, false) as is_own -- whether it is this collector
from known
full join registered
    on known.app_id = registered.app_id
