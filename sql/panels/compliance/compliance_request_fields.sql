/*
title: What each request record holds
description: >
  For each thing that an audit record should say, how many requests of the period say it.
kind: panel
grain: [field]
*/
with requests as (
    select
        coalesce(cast(sum(requests) as bigint), 0) as requests,
        coalesce(cast(sum(case when is_user_scoped then requests end) as bigint), 0) as user_requests,
        coalesce(cast(sum(with_time) as bigint), 0) as with_time,
        coalesce(cast(sum(with_action) as bigint), 0) as with_action,
        coalesce(cast(sum(with_result) as bigint), 0) as with_result,
        coalesce(cast(sum(with_address) as bigint), 0) as with_address,
        coalesce(cast(sum(case when app_id is not null then requests end) as bigint), 0) as with_app,
        coalesce(cast(sum(case when actor_class != 'unknown' then requests end) as bigint), 0) as with_actor,
        coalesce(cast(sum(case when token_match != 'none' then requests end) as bigint), 0) as with_sign_in,
        coalesce(cast(sum(with_target) as bigint), 0) as with_target,
        coalesce(cast(sum(with_evidence) as bigint), 0) as with_evidence
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

fields as (
    select
        1 as place,
        'when: time of the request' as field,
        with_time as requests,
        requests as out_of
    from requests
    union all
    select
        2 as place,
        'what: method and address' as field,
        with_action as requests,
        requests as out_of
    from requests
    union all
    select
        3 as place,
        'where from: address of the caller' as field,
        with_address as requests,
        requests as out_of
    from requests
    union all
    select
        4 as place,
        'result: status code' as field,
        with_result as requests,
        requests as out_of
    from requests
    union all
    select
        5 as place,
        'who: calling app' as field,
        with_app as requests,
        requests as out_of
    from requests
    union all
    select
        6 as place,
        'who: human, agent or app' as field,
        with_actor as requests,
        requests as out_of
    from requests
    union all
    select
        7 as place,
        'by which sign-in' as field,
        with_sign_in as requests,
        requests as out_of
    from requests
    union all
    select
        8 as place,
        'on whom: affected user, of requests on users'' data' as field,
        with_target as requests,
        user_requests as out_of
    from requests
    union all
    select
        9 as place,
        'proof: original record' as field,
        with_evidence as requests,
        requests as out_of
    from requests
)

select
    place, -- place in the list
    field, -- what a record should say
    requests, -- requests that say it
    out_of, -- of how many
    out_of - requests as missing, -- requests that do not
    out_of > requests as is_exception -- whether some do not
from fields
order by place
