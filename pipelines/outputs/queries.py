"""The questions behind `who`.

Values are bound; `$given` and `$guid` are two spellings of one id, `$ids` is a list, and `$tenant_id` is null for all.
"""

REQUEST = """
select tenant_id, request_id, token_id as request_token_id, day, count(*) over () as in_all
from request_operations
where request_id in ($given, $guid) and ($tenant_id is null or tenant_id = $tenant_id)
order by tenant_id
"""

REQUESTS_OF = """
with callers as (
    select tenant_id, day, caller_id
    from caller_attributions
    where
        (
            token_id in ($given, $guid)
            or request_token_id in ($given, $guid)
            or sign_in_id in ($given, $guid)
            or correlation_id in ($given, $guid)
            or session_id in ($given, $guid)
        )
        and ($tenant_id is null or tenant_id = $tenant_id)
)
select tenant_id, request_id, token_id as request_token_id, day, count(*) over () as in_all
from request_operations as requests
semi join callers using (tenant_id, day, caller_id)
order by requested_at desc, request_id, tenant_id
limit $newest
"""

WHOLE_REQUESTS = """
select * from attributed_requests where request_id in ($ids) and day between $first and $last
"""

SIGN_INS_OF = """
select
    tenant_id, sign_in_id, token_id, signed_in_at, category, user_id, user_upn, app_id, app_name, service_principal_id,
    resource_id, resource_name, correlation_id, session_id, ip_address, device_name, is_interactive, is_success,
    error_code, result_reason, landed_file, count(*) over () as in_all
from sign_ins
where
    (
        sign_in_id in ($given, $guid)
        or token_id in ($given, $guid)
        or correlation_id in ($given, $guid)
        or session_id in ($given, $guid)
    )
    and ($tenant_id is null or tenant_id = $tenant_id)
order by signed_in_at desc, sign_in_id, tenant_id
limit $newest
"""

TOKENS = """
select
    tokens.tenant_id, tokens.token_id, sign_in_id, issued_at, category, user_id, user_upn, app_id, app_name,
    service_principal_id, resource_id, session_id, correlation_id, identity_shape, is_human_token, blueprint_app_id,
    credential_key_id, federated_credential_id, managed_identity_resource, ip_address, landed_file,
    chains.chain_grade, chains.root_sign_in_id, chains.root_at, chains.root_ip_address, chains.root_device,
    chains.root_mfa
from tokens
left join token_chains as chains on tokens.tenant_id = chains.tenant_id and tokens.token_id = chains.token_id
where tokens.token_id in ($ids)
order by issued_at, tokens.token_id, tokens.tenant_id
"""

LINKS = """
select
    links.tenant_id, child_token_id, parent_token_id, front_end_app_id, parents.app_name as front_end_name,
    child_issued_at, parent_issued_at, grade, front_ends, links.is_session_equal, links.is_session_other,
    links.is_correlation_equal, links.says_on_behalf_of, inherited_from_token_id,
    parents.sign_in_id as parent_sign_in_id, parents.category as parent_category,
    parents.session_id as parent_session_id,
    parents.landed_file as parent_landed_file
from token_links as links
left join tokens as parents
    on links.tenant_id = parents.tenant_id and links.parent_token_id = parents.token_id
where child_token_id in ($ids)
order by links.tenant_id, child_token_id, parent_issued_at, parent_token_id
"""

ROOTS = """
select
    tenant_id, sign_in_id, category, user_id, user_upn, app_id, app_name, signed_in_at, ip_address, city, country,
    device_name, device_operating_system, device_browser, landed_file
from sign_ins
where sign_in_id in ($ids)
"""

SESSION_BEGINNINGS = """
select
    tenant_id, user_id, session_id, sign_in_id, category, user_upn, app_id, app_name, signed_in_at, ip_address, city,
    country, device_name, device_operating_system, device_browser, landed_file,
    coalesce(device_name, device_id) as device,
    coalesce(
        authentication_requirement = 'multiFactorAuthentication'
        or result_details like 'MFA requirement satisfied%',
        false
    ) as is_multi_factor
from sign_ins
where session_id in ($ids) and is_interactive and is_success and user_id is not null
qualify row_number() over (partition by tenant_id, user_id, session_id order by signed_in_at, sign_in_id) = 1
"""

COVERED = """
select
    tenant_id, log, min(day) as first_day, max(day) as last_day, count(distinct day) as days,
    sum(distinct_records)::bigint as records
from completeness
where log != 'unreadable' and landed > 0
group by tenant_id, log
order by tenant_id, log
"""
