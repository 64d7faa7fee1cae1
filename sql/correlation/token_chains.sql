/*
description: >
  One row per token with a human on it: the chain of clients from the one the human used to the one that holds the
  token, how sure it is, and the interactive sign-in at its root. A chain has at most five hops and no client twice.
kind: partition
grain: [tenant_id, token_id]
not_null: [tenant_id, token_id, chain, chain_grade]
lookback_hours: 60
*/
with human_tokens as (
    select *
    from tokens
    where is_human_token and not is_plumbing
),

issued as (
    select *
    from human_tokens
    where issued_at >= $window_start and issued_at < $window_end
),

-- The one parent of a token, where one front end fits.
hops as (
    select
        tenant_id,
        child_token_id,
        parent_token_id,
        front_end_app_id,
        case grade when 'strong' then 3 when 'probable' then 2 else 1 end as certainty
    from token_links
    where grade != 'ambiguous'
),

ambiguous as (
    select
        tenant_id,
        child_token_id,
        max(front_ends) as front_ends,
        list_sort(array_agg(front_end_app_id)) as front_end_app_ids
    from token_links
    where grade = 'ambiguous'
    group by tenant_id, child_token_id
),

walked as (
    select
        issued.tenant_id,
        issued.token_id,
        issued.app_id,
        hop_1.certainty as own_certainty,
        hop_1.front_end_app_id as app_1,
        hop_2.front_end_app_id as app_2,
        hop_3.front_end_app_id as app_3,
        hop_4.front_end_app_id as app_4,
        hop_5.front_end_app_id as app_5,
        coalesce(
            hop_5.parent_token_id,
            hop_4.parent_token_id,
            hop_3.parent_token_id,
            hop_2.parent_token_id,
            hop_1.parent_token_id,
            issued.token_id
        ) as first_token_id,
        least(
            coalesce(hop_1.certainty, 4),
            coalesce(hop_2.certainty, 4),
            coalesce(hop_3.certainty, 4),
            coalesce(hop_4.certainty, 4),
            coalesce(hop_5.certainty, 4)
        ) as certainty
    from issued
    left join hops as hop_1
        on issued.tenant_id = hop_1.tenant_id and issued.token_id = hop_1.child_token_id
    left join hops as hop_2
        on
            hop_1.tenant_id = hop_2.tenant_id
            and hop_1.parent_token_id = hop_2.child_token_id
            and hop_2.front_end_app_id not in (issued.app_id, hop_1.front_end_app_id)
    left join hops as hop_3
        on
            hop_2.tenant_id = hop_3.tenant_id
            and hop_2.parent_token_id = hop_3.child_token_id
            and hop_3.front_end_app_id not in (issued.app_id, hop_1.front_end_app_id, hop_2.front_end_app_id)
    left join hops as hop_4
        on
            hop_3.tenant_id = hop_4.tenant_id
            and hop_3.parent_token_id = hop_4.child_token_id
            and hop_4.front_end_app_id not in (
                issued.app_id, hop_1.front_end_app_id, hop_2.front_end_app_id, hop_3.front_end_app_id
            )
    left join hops as hop_5
        on
            hop_4.tenant_id = hop_5.tenant_id
            and hop_4.parent_token_id = hop_5.child_token_id
            and hop_5.front_end_app_id not in (
                issued.app_id,
                hop_1.front_end_app_id,
                hop_2.front_end_app_id,
                hop_3.front_end_app_id,
                hop_4.front_end_app_id
            )
),

-- The first token of the chain: the human's own, unless it was itself got on-behalf-of and its parent is not known.
begun as (
    select
        walked.*,
        first_tokens.user_id,
        first_tokens.session_id,
        first_tokens.app_id as first_app_id,
        first_tokens.app_name as first_app_name,
        first_tokens.sign_in_id as first_sign_in_id,
        first_tokens.issued_at as first_issued_at,
        first_tokens.is_interactive as is_first_interactive,
        first_tokens.ip_address as first_ip_address,
        first_tokens.device_name as first_device_name,
        first_tokens.device_id as first_device_id,
        first_tokens.is_multi_factor as is_first_multi_factor,
        coalesce(ambiguous.front_ends, 0) as ambiguous_front_ends,
        ambiguous.front_end_app_ids,
        walked.first_token_id = walked.token_id as is_own_first,
        first_tokens.identity_shape = 'on_behalf_of' as is_first_on_behalf_of
    from walked
    left join human_tokens as first_tokens
        on walked.tenant_id = first_tokens.tenant_id and walked.first_token_id = first_tokens.token_id
    left join ambiguous
        on walked.tenant_id = ambiguous.tenant_id and walked.first_token_id = ambiguous.child_token_id
),

sessions as (
    select
        tenant_id,
        user_id,
        session_id,
        sign_in_id,
        issued_at,
        ip_address,
        device_name,
        device_id,
        is_multi_factor,
        row_number() over (
            partition by tenant_id, user_id, session_id order by issued_at asc, sign_in_id asc
        ) as sign_in_number
    from human_tokens
    where is_interactive and session_id is not null
),

rooted as (
    select
        begun.*,
        sessions.sign_in_id as session_sign_in_id,
        sessions.issued_at as session_at,
        sessions.ip_address as session_ip_address,
        coalesce(sessions.device_name, sessions.device_id) as session_device,
        sessions.is_multi_factor as is_session_multi_factor,
        sessions.sign_in_id is not null as has_session
    from begun
    left join sessions
        on
            begun.tenant_id = sessions.tenant_id
            and begun.user_id = sessions.user_id
            and begun.session_id = sessions.session_id
            and sessions.sign_in_number = 1
            and sessions.issued_at <= begun.first_issued_at + interval 1 second
)

select
    tenant_id, -- Entra tenant
    token_id, -- the token
    case
        when certainty < 4 and ambiguous_front_ends = 0 and not is_first_on_behalf_of then first_app_id
    end as front_end_app_id, -- client that the human used; null where it is not known, or several fit
    case
        when certainty < 4 and ambiguous_front_ends = 0 and not is_first_on_behalf_of then first_app_name
    end as front_end_name, -- its name
    list_concat(
        front_end_app_ids, list_filter([app_5, app_4, app_3, app_2, app_1, app_id], lambda app: app is not null)
    ) as chain, -- app ids from the first known client to the holder of the token; where several front ends fit, all of them come first
    case
        when ambiguous_front_ends > 0 then 'ambiguous'
        when is_first_on_behalf_of then 'unresolved'
        when certainty = 4 then 'not_applicable'
        when certainty = 3 then 'strong'
        when certainty = 2 then 'probable'
        else 'inherited'
    end as chain_grade, -- of its least certain hop; unresolved: got on-behalf-of and no front end fits; not_applicable: the holder is the client that the human used
    case
        when own_certainty = 3 then 'strong'
        when own_certainty = 2 then 'probable'
        when own_certainty = 1 then 'inherited'
        when is_own_first and ambiguous_front_ends > 0 then 'ambiguous'
    end as link_grade, -- of the hop that led to this very token; null where none is known
    ambiguous_front_ends, -- front ends that fit where the chain becomes ambiguous; 0 where it does not
    case
        when has_session then session_sign_in_id when is_first_interactive then first_sign_in_id
    end as root_sign_in_id, -- interactive sign-in that began the session, where the logs have it
    case when has_session then session_at when is_first_interactive then first_issued_at end as root_at, -- its UTC time
    case
        when has_session then session_ip_address when is_first_interactive then first_ip_address
    end as root_ip_address, -- address of the human
    case
        when has_session then session_device
        when is_first_interactive then coalesce(first_device_name, first_device_id)
    end as root_device, -- device of the human
    case
        when has_session then is_session_multi_factor when is_first_interactive then is_first_multi_factor
    end as root_mfa -- whether more than one factor was given
from rooted
