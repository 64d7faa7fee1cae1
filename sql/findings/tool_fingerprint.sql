/*
description: >
  What a caller asked Graph for within an hour fits what a known reconnaissance tool asks for. The request bodies and
  the tool's name are not in the logs: it may be another program that reads the same. One finding per app, and user
  where there is one, a day.
kind: finding
rule:
  title: Requests like those of a reconnaissance tool
  severity: high
  why: >
    Within an hour, which is looked at every half hour, at least 70 % and at least 6 of the path templates that a tool
    reads were asked for, by one app and user, or one app on its own. The tools are AzureHound, GraphRunner,
    Purple Knight and ROADrecon; the tool that fits best is named. Such tools borrow Microsoft's public clients, so
    those count when a user is on the token. What the agent registry sanctions weighs less; Microsoft's apps without a
    user and the collector are left out.
  false_positives: >
    A security team's own assessment, and inventory tools that read most collections of the directory.
  what_to_do: >
    Ask the security team and the user. Where nobody ran an assessment, revoke the user's sessions or the app's
    credential, and take it that the directory's structure is known to the attacker.
  techniques: [T1087.004, T1069.003, T1526]
  controls: [SOC 2 CC7.2, "ISO/IEC 27001 A.8.16", NIST 800-53 SI-4]
  required_logs: [MicrosoftGraphActivityLogs]
*/
with thresholds as (
    select
        0.7 as share,
        6 as templates,
        1800 as half_an_hour,
        cast($window_start as timestamp) as day_start
),

-- Of each tool the collections that it is publicly known to read, by path template.
tools as (
    select
        listed.tool,
        listed.path_template
    from (
        values
        ('AzureHound', '/users'), ('AzureHound', '/groups'), ('AzureHound', '/groups/{id}/members'),
        ('AzureHound', '/groups/{id}/owners'), ('AzureHound', '/applications'),
        ('AzureHound', '/applications/{id}/owners'), ('AzureHound', '/serviceprincipals'),
        ('AzureHound', '/serviceprincipals/{id}/owners'), ('AzureHound', '/serviceprincipals/{id}/approleassignedto'),
        ('AzureHound', '/devices'), ('AzureHound', '/devices/{id}/registeredowners'),
        ('AzureHound', '/rolemanagement/directory/roledefinitions'),
        ('AzureHound', '/rolemanagement/directory/roleassignments'), ('AzureHound', '/organization'),
        ('GraphRunner', '/me'), ('GraphRunner', '/organization'), ('GraphRunner', '/users'), ('GraphRunner', '/groups'),
        ('GraphRunner', '/groups/{id}/members'), ('GraphRunner', '/applications'),
        ('GraphRunner', '/serviceprincipals'), ('GraphRunner', '/oauth2permissiongrants'),
        ('GraphRunner', '/policies/authorizationpolicy'), ('GraphRunner', '/identity/conditionalaccess/policies'),
        ('GraphRunner', '/rolemanagement/directory/estimateaccess'), ('GraphRunner', '/search/query'),
        ('Purple Knight', '/organization'), ('Purple Knight', '/domains'), ('Purple Knight', '/users'),
        ('Purple Knight', '/groups'), ('Purple Knight', '/applications'), ('Purple Knight', '/serviceprincipals'),
        ('Purple Knight', '/serviceprincipals/{id}/approleassignments'), ('Purple Knight', '/oauth2permissiongrants'),
        ('Purple Knight', '/directoryroles'), ('Purple Knight', '/directoryroles/{id}/members'),
        ('Purple Knight', '/policies/authorizationpolicy'),
        ('Purple Knight', '/policies/identitysecuritydefaultsenforcementpolicy'),
        ('Purple Knight', '/identity/conditionalaccess/policies'),
        ('Purple Knight', '/reports/authenticationmethods/userregistrationdetails'),
        ('ROADrecon', '/users'), ('ROADrecon', '/groups'), ('ROADrecon', '/groups/{id}/members'),
        ('ROADrecon', '/devices'), ('ROADrecon', '/contacts'), ('ROADrecon', '/applications'),
        ('ROADrecon', '/applications/{id}/owners'), ('ROADrecon', '/serviceprincipals'),
        ('ROADrecon', '/serviceprincipals/{id}/owners'), ('ROADrecon', '/serviceprincipals/{id}/approleassignedto'),
        ('ROADrecon', '/oauth2permissiongrants'), ('ROADrecon', '/directoryroles'),
        ('ROADrecon', '/directoryroles/{id}/members'), ('ROADrecon', '/directory/administrativeunits'),
        ('ROADrecon', '/policies/authorizationpolicy'), ('ROADrecon', '/organization')
    ) as listed (tool, path_template)
),

sizes as (
    select
        tool,
        count(*) as templates
    from tools
    group by tool
),

-- Only what is counted: what the few findings show of their requests is read again below.
reads as (
    select
        requests.tenant_id,
        requests.app_id,
        coalesce(requests.user_id, '') as caller_user,
        requests.path_template,
        date_diff('second', thresholds.day_start, requests.request_at) // thresholds.half_an_hour as slot
    from attributed_requests as requests
    cross join thresholds
    where
        requests.path_template in (select tools.path_template from tools)
        and not requests.is_write
        and requests.app_id is not null
        and requests.actor_class != 'first_party'
        and not requests.is_self
),

per_template as (
    select
        tenant_id,
        app_id,
        caller_user,
        slot,
        path_template
    from reads
    group by tenant_id, app_id, caller_user, slot, path_template
),

fits as (
    select
        per_template.tenant_id,
        per_template.app_id,
        per_template.caller_user,
        tools.tool,
        per_template.slot - shifts.shift as first_slot,
        count(distinct per_template.path_template) as templates
    from per_template
    inner join tools
        on per_template.path_template = tools.path_template
    cross join (values (0), (1)) as shifts (shift)
    group by
        per_template.tenant_id, per_template.app_id, per_template.caller_user, tools.tool,
        per_template.slot - shifts.shift
),

best_fits as (
    select
        fits.tenant_id,
        fits.app_id,
        fits.caller_user,
        fits.tool,
        fits.templates,
        sizes.templates as known_templates,
        row_number() over (
            partition by fits.tenant_id, fits.app_id, fits.caller_user
            order by
                fits.templates * 1.0 / sizes.templates desc, fits.templates desc, fits.tool asc, fits.first_slot asc
        ) as place
    from fits
    inner join sizes
        on fits.tool = sizes.tool
    cross join thresholds
    where fits.templates >= thresholds.templates and fits.templates >= thresholds.share * sizes.templates
),

ranked as (
    select
        best_fits.tenant_id,
        best_fits.app_id,
        best_fits.caller_user,
        best_fits.tool,
        best_fits.templates,
        best_fits.known_templates,
        requests.request_at,
        requests.app_name,
        requests.actor_class,
        requests.user_id,
        requests.user_upn,
        requests.evidence,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned,
        row_number() over (
            partition by best_fits.tenant_id, best_fits.app_id, best_fits.caller_user
            order by requests.request_at asc, requests.request_id asc
        ) as position
    from attributed_requests as requests
    inner join best_fits
        on
            requests.tenant_id = best_fits.tenant_id
            and requests.app_id = best_fits.app_id
            and coalesce(requests.user_id, '') = best_fits.caller_user
            and best_fits.place = 1
    inner join tools
        on best_fits.tool = tools.tool and requests.path_template = tools.path_template
    left join known_apps
        on requests.app_id = known_apps.app_id
    where not requests.is_write
),

grouped as (
    select
        tenant_id,
        app_id,
        caller_user,
        max(tool) as tool,
        max(templates) as templates,
        max(known_templates) as known_templates,
        max(app_name) as app_name,
        max(case when actor_class in ('human_direct', 'human_via_agent') then user_id end) as user_id,
        max(case when actor_class in ('human_direct', 'human_via_agent') then user_upn end) as user_upn,
        bool_and(is_sanctioned) as is_sanctioned,
        count(*) as requests,
        min(request_at) as first_seen,
        max(request_at) as last_seen,
        flatten(array_agg(evidence order by position asc) filter (where position <= 10)) as evidence
    from ranked
    group by tenant_id, app_id, caller_user
)

select
    tenant_id,
    trim(concat(app_id, ' ', caller_user)) as subject,
    case when is_sanctioned then 'medium' else 'high' end as severity,
    first_seen,
    last_seen,
    requests as request_count,
    app_id,
    app_name as agent_name,
    user_id,
    user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' asked within an hour for ', templates, ' of the ', known_templates,
        ' collections that ', tool, ' reads',
        case
            when user_id is not null then concat(', under the authority of ', coalesce(user_upn, user_id))
            when caller_user != '' then concat(', with a token of the user object ', caller_user)
            else ', with no user on the token'
        end,
        '; another program may read the same'
    ) as summary,
    evidence
from grouped
