/*
title: Agents and apps
description: >
  Apps that called Graph in these days: who answers for each, how it acted and for how many users, with which
  credentials and permissions, and how much of what it wrote on users' data a human can answer for.
kind: panel
over: agents_registry
grain: [tenant_id, app_id]
*/
select
    app_name, -- its name
    kind, -- collector, microsoft, agent_identity, managed_identity, registered_agent, users_agent, app, client
    owners, -- who answers for it: in the registry, and owners and sponsors in the directory now
    requests_by_day, -- requests on each of these days
    requests, -- requests
    users_served, -- users under whose authority it acted
    user_writes, -- writes on users' data
    app_only_user_writes, -- of these with no human on the token
    clarity, -- share of its writes on users' data that are answerable to a human; null where it made none
    registry, -- what the registry says: sanctioned, not allowed, registered; null where it does not have it
    shapes, -- identity shapes it was seen in
    permissions, -- how many of the permissions granted to it now stood on a token that it used; null without an inventory
    credentials, -- secrets and certificates that it holds now, as the inventory says; null without one
    secrets, -- of these, secrets
    oldest_credential_days, -- age of the oldest when it was seen last, in days; null where no start is known
    next_expiry_at, -- UTC time at which the first of them expires
    first_seen_at, -- UTC time of its first request in these days
    last_seen_at, -- UTC time of its last
    app_id, -- its app id
    tenant_id -- Entra tenant
from agents_registry
where
    ($is_with_microsoft or kind != 'microsoft' or coalesce(list_contains($kinds, 'microsoft'), false))
    and ($wanted_name is null or contains(lower(app_name), lower($wanted_name)) or app_id = lower($wanted_name))
    and ($kinds is null or list_contains($kinds, kind))
    and ($shapes is null or list_has_any(shapes, $shapes))
    and (not coalesce($is_without_owner, false) or (owners is null and kind != 'microsoft'))
    and (not coalesce($is_writing_alone, false) or app_only_user_writes > 0)
order by app_only_user_writes desc, user_writes desc, requests desc, app_id asc, tenant_id asc
