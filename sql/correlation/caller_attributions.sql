/*
description: >
  One row per caller of a day, which is what requests say of the token, app and principal that they were made with: who
  acts, and how sure that is. A human is named only where a log says so: a matched token's row, or, unmatched, the user
  object on the request with the grade request_only.
kind: partition
grain: [tenant_id, caller_id]
not_null: [tenant_id, caller_id, token_match, identity_shape, actor_class, attribution_grade]
lookback_hours: 29
*/
with callers as (
    select distinct
        tenant_id,
        caller_id,
        app_id,
        service_principal_id,
        user_id,
        client_auth_method,
        identity_provider,
        token_id,
        token_issued_at
    from request_operations
    where requested_at >= $window_start and requested_at < $window_end
),

-- What the token's own row and its hops say together.
known_tokens as (
    select
        tokens.*,
        token_chains.front_end_app_id,
        token_chains.front_end_name,
        token_chains.chain,
        token_chains.chain_grade,
        token_chains.link_grade,
        token_chains.root_sign_in_id,
        token_chains.root_at,
        token_chains.root_ip_address,
        token_chains.root_device,
        token_chains.root_mfa,
        case
            when tokens.is_human_token and token_chains.link_grade is not null then 'on_behalf_of'
            else tokens.identity_shape
        end as settled_shape
    from tokens
    left join token_chains
        on tokens.tenant_id = token_chains.tenant_id and tokens.token_id = token_chains.token_id
),

agent_users as (
    select distinct
        tenant_id,
        user_id
    from tokens
    where is_agent_user and is_user_token
),

-- Clients that exchange users' tokens: a user token of theirs for which no parent is found may still be an agent's.
exchangers as (
    select distinct
        tenant_id,
        app_id
    from known_tokens
    where settled_shape = 'on_behalf_of'
),

-- Callers without a token id: the issue time decides, where just one token of the app and principal for Graph fits. `iat` is
-- about five minutes before the sign-in.
blank as (
    select distinct
        tenant_id,
        app_id,
        coalesce(user_id, service_principal_id) as principal_id,
        token_issued_at
    from callers
    where token_id is null and token_issued_at is not null
),

issue_times as (
    select
        blank.tenant_id,
        blank.app_id,
        blank.principal_id,
        blank.token_issued_at,
        min(tokens.token_id) as token_id
    from blank
    inner join tokens
        on
            blank.tenant_id = tokens.tenant_id
            and blank.app_id = tokens.app_id
            and blank.principal_id = coalesce(tokens.user_id, tokens.service_principal_id)
    where
        abs(date_diff('second', tokens.issued_at, blank.token_issued_at)) <= 600
        and (tokens.resource_id is null or tokens.resource_id = '00000003-0000-0000-c000-000000000000')
    group by blank.tenant_id, blank.app_id, blank.principal_id, blank.token_issued_at
    having count(*) = 1
),

identified as (
    select
        callers.*,
        coalesce(callers.token_id, issue_times.token_id) as wanted_token_id,
        callers.token_id is null as is_by_issue_time
    from callers
    left join issue_times
        on
            callers.token_id is null
            and callers.tenant_id = issue_times.tenant_id
            and callers.app_id = issue_times.app_id
            and coalesce(callers.user_id, callers.service_principal_id) = issue_times.principal_id
            and callers.token_issued_at = issue_times.token_issued_at
),

covered as (
    select
        tenant_id,
        min(issued_at) as first_at,
        max(case when category = 'SigninLogs' then 1 else 0 end) = 1 as has_interactive,
        max(case when category = 'AADManagedIdentitySignInLogs' then 1 else 0 end) = 1 as has_managed_identities
    from tokens
    group by tenant_id
),

-- The two logs that are never silent for long in a tenant with agents: an hour without a row is an hour without the log.
steady as (
    select
        tenant_id,
        category = 'AADNonInteractiveUserSignInLogs' as is_user_log,
        issued_at
    from tokens
    where category in ('AADNonInteractiveUserSignInLogs', 'AADServicePrincipalSignInLogs')
),

covered_hours as (
    select distinct
        tenant_id,
        is_user_log,
        date_trunc('hour', issued_at) as hour
    from steady
),

steady_ends as (
    select
        tenant_id,
        is_user_log,
        max(issued_at) as last_at
    from steady
    group by tenant_id, is_user_log
),

-- What any sign-in of an app says of the app.
apps as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        max(app_owner_tenant_id) as app_owner_tenant_id,
        max(case when identity_shape = 'managed_identity' then 1 else 0 end) = 1 as is_managed_identity
    from tokens
    group by tenant_id, app_id
),

matched as (
    select
        identified.tenant_id,
        identified.caller_id,
        identified.app_id,
        identified.service_principal_id,
        identified.user_id as request_user_id,
        identified.client_auth_method,
        identified.token_issued_at,
        identified.identity_provider,
        identified.token_id as request_token_id,
        identified.is_by_issue_time,
        known_tokens.token_id,
        known_tokens.sign_in_id,
        known_tokens.category as sign_in_category,
        known_tokens.correlation_id,
        known_tokens.session_id,
        known_tokens.user_id as token_user_id,
        known_tokens.user_upn as token_user_upn,
        coalesce(known_tokens.app_name, apps.app_name) as app_name,
        known_tokens.is_human_token,
        known_tokens.is_user_token,
        known_tokens.is_agent_identity,
        known_tokens.says_on_behalf_of,
        known_tokens.says_direct,
        -- One token has one holder and one user: what the request says and what the token's row says must agree.
        coalesce(
            identified.app_id != known_tokens.app_id
            or identified.user_id != known_tokens.user_id
            or (identified.user_id is not null) != known_tokens.is_user_token,
            false
        ) as is_contradicted,
        exchangers.app_id is not null as is_exchanger,
        known_tokens.blueprint_app_id,
        coalesce(known_tokens.app_owner_tenant_id, apps.app_owner_tenant_id) as app_owner_tenant_id,
        known_tokens.settled_shape,
        known_tokens.front_end_app_id,
        known_tokens.front_end_name,
        known_tokens.chain,
        known_tokens.chain_grade,
        known_tokens.link_grade,
        known_tokens.root_sign_in_id,
        known_tokens.root_at,
        known_tokens.root_ip_address,
        known_tokens.root_device,
        known_tokens.root_mfa,
        known_tokens.federated_credential_id,
        known_tokens.federated_token_issuer,
        known_tokens.federated_token_id,
        known_tokens.managed_identity_resource,
        known_tokens.credential_key_id,
        known_tokens.landed_file as sign_in_landed_file,
        agent_users.user_id is not null as is_known_agent_user,
        covered.first_at,
        -- Of the log that the token should be in. Those of interactive sign-ins and of managed identities are not steady:
        -- they are missed only where they have no row at all.
        case
            when identified.user_id is not null then covered_hours.hour is not null and covered.has_interactive
            when apps.is_managed_identity then true
            when covered_hours.hour is null then false
            else covered.has_managed_identities or coalesce(identified.client_auth_method, 0) != 2
        end as is_hour_covered,
        steady_ends.last_at
    from identified
    left join known_tokens
        on
            identified.tenant_id = known_tokens.tenant_id
            and identified.wanted_token_id = known_tokens.token_id
    left join agent_users
        on identified.tenant_id = agent_users.tenant_id and identified.user_id = agent_users.user_id
    left join exchangers
        on identified.tenant_id = exchangers.tenant_id and identified.app_id = exchangers.app_id
    left join apps
        on identified.tenant_id = apps.tenant_id and identified.app_id = apps.app_id
    left join covered
        on identified.tenant_id = covered.tenant_id
    left join covered_hours
        on
            identified.tenant_id = covered_hours.tenant_id
            and (identified.user_id is not null) = covered_hours.is_user_log
            and date_trunc('hour', identified.token_issued_at + interval 5 minutes) = covered_hours.hour
    left join steady_ends
        on
            identified.tenant_id = steady_ends.tenant_id
            and (identified.user_id is not null) = steady_ends.is_user_log
),

shaped as (
    select
        *,
        token_id is not null as is_matched,
        token_id is not null and not is_contradicted as is_settled,
        coalesce(is_agent_identity, false) or app_id = service_principal_id as is_agent_identity_call,
        coalesce(app_owner_tenant_id = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a', false) as is_first_party,
        case
            when is_known_agent_user then 'agent_user'
            -- A public client exchanges no token, though one may fit (T16): only the row itself outweighs the claim.
            when
                client_auth_method = 0
                and settled_shape = 'on_behalf_of'
                and not says_on_behalf_of
                and not is_agent_identity
                then 'delegated_public'
            when settled_shape is not null and settled_shape != 'unknown' and not is_contradicted then settled_shape
            when request_user_id is not null and client_auth_method = 0 then 'delegated_public'
            when token_id is not null and client_auth_method in (1, 2) and not is_contradicted then 'delegated_web_app'
            when request_user_id is not null then 'unknown'
            when service_principal_id is null then 'unknown'
            when client_auth_method = 1 then 'app_secret'
            else 'app_only'
        end as identity_shape
    from matched
),

acting as (
    select
        *,
        -- No row and no hop says so; and a client that exchanges users' tokens may hold this one as an agent.
        is_exchanger
        and identity_shape = 'delegated_web_app'
        and not coalesce(says_direct, false) as is_perhaps_an_agents,
        case
            when identity_shape = 'agent_user' then 'agent_user'
            when is_settled and is_human_token and identity_shape = 'on_behalf_of' then 'human_via_agent'
            when is_settled and is_human_token and identity_shape = 'unknown' then 'unknown'
            when is_settled and is_human_token then 'human_direct'
            when request_user_id is not null then 'unknown'
            when service_principal_id is null and not is_settled then 'unknown'
            when is_agent_identity_call then 'autonomous_agent'
            when is_first_party then 'first_party'
            else 'app_only'
        end as actor_class
    from shaped
)

select
    tenant_id, -- Entra tenant
    caller_id, -- hash of what the requests say of their token, app and principal
    case when is_matched then token_id end as token_id, -- token that it was made with; null where no sign-in matched
    case
        when not is_matched then 'none' when is_by_issue_time then 'issued_at' else 'token_id'
    end as token_match, -- token_id: same token id. issued_at: no id on the request, one token fits by app, principal and issue time. none
    request_token_id, -- token id on the request, matched or not
    sign_in_id, -- sign-in that issued the token
    sign_in_category, -- log that has it
    correlation_id, -- of the sign-in
    session_id, -- of the token
    identity_shape, -- delegated_public, delegated_web_app, on_behalf_of, agent_user, app_secret, app_certificate, federated_credential, managed_identity, app_only, unknown
    actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    case
        when actor_class in ('human_direct', 'human_via_agent') then token_user_id
        when actor_class = 'unknown' and not is_contradicted then request_user_id
    end as user_id, -- the human under whose authority it was done; where actor_class is unknown the user object on the request, which may be an agent user; null where request and token name different users
    case
        when actor_class in ('human_direct', 'human_via_agent') then token_user_upn
        when actor_class = 'unknown' and not is_contradicted then token_user_upn
    end as user_upn, -- UPN of the sign-in, a label
    app_id, -- the calling app
    app_name, -- its name in the sign-in
    case when actor_class not in ('human_direct', 'unknown') then app_id end as agent_app_id, -- the agent; null for human_direct and unknown
    case when actor_class not in ('human_direct', 'unknown') then app_name end as agent_name, -- its name in the sign-in
    case when actor_class != 'human_direct' then blueprint_app_id end as blueprint_app_id, -- blueprint of an agent identity
    case when actor_class = 'human_via_agent' then front_end_app_id end as front_end_app_id, -- client that the human used, at the head of the chain
    case when actor_class = 'human_via_agent' then front_end_name end as front_end_name, -- its name
    case when actor_class = 'human_via_agent' then chain end as chain, -- app ids from the front end to the caller
    case
        when actor_class != 'human_via_agent' then 'not_applicable'
        when chain_grade = 'not_applicable' then 'unresolved'
        else chain_grade
    end as chain_grade, -- strong, probable, inherited, ambiguous, unresolved, not_applicable
    case when actor_class in ('human_direct', 'human_via_agent') then root_sign_in_id end as root_sign_in_id, -- interactive sign-in at the root, where found
    case when actor_class in ('human_direct', 'human_via_agent') then root_at end as root_at, -- its UTC time
    case when actor_class in ('human_direct', 'human_via_agent') then root_ip_address end as root_ip_address, -- address of the human
    case when actor_class in ('human_direct', 'human_via_agent') then root_device end as root_device, -- device of the human
    case when actor_class in ('human_direct', 'human_via_agent') then root_mfa end as root_mfa, -- whether more than one factor was given
    federated_credential_id, -- federated identity credential used
    federated_token_issuer, -- issuer of the outside token behind a federated managed identity
    federated_token_id, -- its id
    managed_identity_resource, -- Azure resource of the managed identity
    credential_key_id, -- key of the secret or certificate
    case
        when is_contradicted then 'ambiguous'
        when actor_class = 'unknown' and is_matched then 'unresolved'
        when actor_class = 'unknown' and request_user_id is null then 'unresolved'
        when not is_matched then 'request_only'
        when is_by_issue_time or is_perhaps_an_agents then 'probable'
        when
            actor_class != 'human_via_agent' or coalesce(says_on_behalf_of, false) or coalesce(is_agent_identity, false)
            then 'exact'
        when link_grade = 'strong' then 'strong'
        when link_grade = 'ambiguous' then 'ambiguous'
        else 'probable'
    end as attribution_grade, -- exact: the token's own row settles who acts. strong, probable, ambiguous: it rests on a hop of that grade, on the issue time, or on no hop having been found for a client that exchanges users' tokens (probable), or request and token contradict each other (ambiguous). request_only: no sign-in. unresolved
    is_perhaps_an_agents, -- whether a human_direct client also exchanges users' tokens, so that the token may be an agent's whose hop the logs do not show
    is_exchanger as is_also_on_behalf_of, -- whether the same client holds on-behalf-of tokens, on this day or the 29 hours before
    case
        when is_matched then null
        when is_first_party and request_user_id is null then 'first_party'
        when
            request_user_id is not null
            and identity_provider like 'https://sts.windows.net/%'
            and identity_provider not like concat('%', tenant_id, '%')
            then 'cross_tenant'
        when token_issued_at + interval 5 minutes < first_at then 'before_coverage'
        when first_at is null or (token_issued_at is not null and not is_hour_covered) then 'category_missing'
        else 'unknown'
    end as unresolved_reason, -- why no sign-in matched: first_party, cross_tenant, before_coverage, category_missing, unknown; null when one did
    token_issued_at, -- `iat` of the token
    last_at as log_ends_at, -- UTC time of the last token, up to the end of the day, in the log that this one should be in
    sign_in_landed_file -- landed file that holds the sign-in
from acting
