/*
description: >
  How many Graph requests there were, per tenant and day, by app, front end, user, what they did to whose data, and how
  sure that is: `attributed_requests`, counted. What only counts is answered much faster from here.
kind: view
grain: [tenant_id, day, app_id, front_end_app_id, user_id, actor_class, identity_shape, attribution_grade, token_match,
        unresolved_reason, audit_clarity, effect, data_class, federated_issuer, federated_subject]
not_null: [tenant_id, actor_class, identity_shape, attribution_grade, token_match, audit_clarity, requests]
is_stored: true
*/
select
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    app_id, -- the calling app
    front_end_app_id, -- client that the human used, several hops up if need be
    user_id, -- the human under whose authority; where actor_class is unknown the user object on the request
    actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    identity_shape, -- credential and attribution of the token
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    token_match, -- token_id, issued_at or none
    unresolved_reason, -- why no sign-in matched; null when one did
    audit_clarity, -- user_direct, users_agent, agent, agent_with_external_idp, resource, unknown
    effect, -- read, create, update, delete, send, share and so on
    data_class, -- user_security, user_content, user_object, drive_unresolved, shared, tenant
    is_user_scoped, -- whether the data class is one of the three user classes
    is_self, -- whether it is the collector's own app (T31)
    federated_issuer, -- issuer of the outside token, where the log or the inventory names it
    federated_subject, -- its subject, as the inventory names it
    max(app_name) as app_name, -- name of the app
    max(front_end_name) as front_end_name, -- name of the front end
    max(user_upn) as user_upn, -- UPN of the user, a label
    max(blueprint_app_id) as blueprint_app_id, -- blueprint of an agent identity
    count(*) as requests, -- requests
    count(case when is_write then 1 end) as writes, -- of these, those that change something, attempts included
    count(case when is_write and is_user_scoped then 1 end) as user_writes, -- of these, those on users' data
    count(
        case when is_write and is_user_scoped and actor_class in ('human_direct', 'human_via_agent') then 1 end
    ) as answerable, -- of these, those answerable to a human
    count(case when app_only_user_write then 1 end) as app_only_user_writes, -- writes on users' data with no human on the token, by an app that is neither Microsoft's nor the collector's own
    count(case when is_possible_app_only_user_write then 1 end) as possible_app_only_user_writes, -- the same on drives of which nobody said whose they are
    count(case when outcome <> 'success' then 1 end) as refused_or_failed, -- requests that were denied, failed or throttled
    count(request_at) as with_time, -- requests that say when
    count(case when method is not null and uri is not null then 1 end) as with_action, -- what: method and address
    count(ip_address) as with_address, -- from where
    count(status_code) as with_result, -- with what result
    count(case when is_user_scoped and (target_user_id is not null or target_user_upn is not null) then 1 end)
        as with_target, -- on whose data, of requests on users' data
    count(request_landed_file) as with_evidence, -- with an original record behind them
    min(request_at) as first_seen_at, -- UTC time of the first
    max(request_at) as last_seen_at -- UTC time of the last
from settled_requests
group by
    tenant_id,
    day,
    app_id,
    front_end_app_id,
    user_id,
    actor_class,
    identity_shape,
    attribution_grade,
    token_match,
    unresolved_reason,
    audit_clarity,
    effect,
    data_class,
    is_user_scoped,
    is_self,
    federated_issuer,
    federated_subject
