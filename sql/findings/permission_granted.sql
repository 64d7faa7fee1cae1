/*
description: >
  Somebody or something gave an app permissions, or a principal a directory role: consent, permission grants, app role
  assignments, role assignments. One finding per actor and target app or role a day. Bodies are not logged: which
  permission it was shows only where the inventory or the directory audit has it.
kind: finding
rule:
  title: Permission or role granted
  severity: critical
  why: >
    A request that grants succeeded, or the directory audit tells of consent, a grant or a new member of a role. An app
    or agent that grants is high, a human in a client of their own medium, a human in one of Microsoft's portals or
    tools low, as is a user of whom only the audit tells. A privileged role, or a privileged permission that the
    inventory shows for the first time on the day, is one step more; what the agent registry sanctions is two less.
    Users and groups that are assigned to an app are left out, and so are Microsoft's services and the collector.
  false_positives: >
    Administrators who do their work, and users who consent to apps where the tenant lets them.
  what_to_do: >
    Compare with a change request. Take back what nobody asked for, and look at what the app or principal did with it.
    Where an app granted it, question why that app may grant at all.
  techniques: [T1098.003]
  controls: [SOC 2 CC6.2, SOC 2 CC6.3, "ISO/IEC 27001 A.5.18", "ISO/IEC 27001 A.8.2", NIST 800-53 AC-6(9)]
  required_logs: [MicrosoftGraphActivityLogs, AuditLogs]
*/
with privileged_roles as (
    select
        listed.role_id,
        listed.name
    from (
        values
        ('62e90394-69f5-4237-9190-012177145e10', 'Global Administrator'),
        ('e8611ab8-c189-46e8-94e1-60213ab1f814', 'Privileged Role Administrator'),
        ('7be44c8a-adaf-4e2a-84d6-ab2649e08a13', 'Privileged Authentication Administrator'),
        ('9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3', 'Application Administrator'),
        ('158c047a-c907-4556-b7ef-446551a6b5f7', 'Cloud Application Administrator'),
        ('8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2', 'Hybrid Identity Administrator'),
        ('194ae4cb-b126-40b2-bd5b-6091b380977d', 'Security Administrator'),
        ('b1be1c3e-b65d-4f19-8427-f6fa0d97feb9', 'Conditional Access Administrator'),
        ('29232cdf-9323-42fd-ade2-1d097af3e4de', 'Exchange Administrator'),
        ('fe930be7-5e62-47db-91af-98c3a49a38b1', 'User Administrator'),
        ('c4e39bd9-1100-46d3-8c65-fb160da0071f', 'Authentication Administrator')
    ) as listed (role_id, name)
),

new_rights as (
    select
        tenant_id,
        service_principal_id,
        string_agg(distinct permission, ', ' order by permission asc) as permissions
    from directory_grants
    where
        explains_from = cast($window_start as date)
        and permission in (
            'RoleManagement.ReadWrite.Directory', 'AppRoleAssignment.ReadWrite.All', 'Application.ReadWrite.All',
            'Directory.ReadWrite.All', 'UserAuthenticationMethod.ReadWrite.All', 'User.ReadWrite.All',
            'DelegatedPermissionGrant.ReadWrite.All', 'Policy.ReadWrite.ConditionalAccess', 'Mail.ReadWrite',
            'Mail.Send', 'Mail.Read', 'Files.ReadWrite.All', 'Sites.FullControl.All', 'full_access_as_app'
        )
    group by tenant_id, service_principal_id
),

audits as (
    select
        tenant_id,
        audit_id,
        request_id,
        occurred_at,
        app_id,
        app_name,
        coalesce(
            actor_class,
            case when initiated_by_service_principal_id is not null then 'app_only' else 'unknown' end
        ) as actor_class,
        coalesce(app_id, initiated_by_service_principal_id) as caller,
        initiated_by_user_id,
        initiated_by_user_upn,
        list_filter(targets, lambda target: target.type = 'Role') as roles,
        list_filter(targets, lambda target: target.type = 'ServicePrincipal') as service_principals,
        list_filter(targets, lambda target: target.type = 'User') as users,
        targets,
        struct_pack(log := 'AuditLogs', record_id := audit_id, landed_file := landed_file) as evidence
    from directory_changes
    where
        occurred_at >= $window_start
        and occurred_at < $window_end
        and result = 'success'
        -- What names no id at all is a service of Microsoft.
        and coalesce(initiated_by_user_id, initiated_by_service_principal_id, app_id) is not null
        and (
            activity in (
                'Consent to application', 'Add delegated permission grant',
                'Add app role assignment to service principal', 'Add member to role', 'Add scoped member to role'
            )
            or activity like 'Add eligible member to role%'
        )
),

-- The resource stands first among the service principals that an audit event names, the app that is granted to last.
audited as (
    select
        *,
        coalesce(roles[1].id, service_principals[len(service_principals)].id, targets[1].id) as target_id,
        case
            when len(roles) > 0 then roles[1].name
            when len(service_principals) > 0 then service_principals[len(service_principals)].name
            else coalesce(targets[1].upn, targets[1].name)
        end as target_name,
        users[1].id as target_user_id,
        users[1].upn as target_user_upn
    from audits
),

requested as (
    select
        tenant_id,
        request_id,
        request_at,
        app_id,
        app_name,
        actor_class,
        user_id,
        user_upn,
        evidence,
        case
            when operation like '%/approleassignedto' or operation not like '%principals/%' then null
            else nullif(regexp_extract(lower(uri), '([0-9a-f]{8}-[0-9a-f-]{27})', 1), '')
        end as target_id
    from attributed_requests
    where
        outcome = 'success'
        and operation in (
            'create oauth2permissiongrants', 'update oauth2permissiongrants',
            'create serviceprincipals/approleassignments', 'create serviceprincipals/approleassignedto',
            'create rolemanagement/directory/roleassignments', 'create directoryroles/members/$ref',
            'create rolemanagement/directory/roleassignmentschedulerequests',
            'create rolemanagement/directory/roleeligibilityschedulerequests'
        )
        and actor_class != 'first_party'
        and not is_self
),

events as (
    select
        requested.tenant_id,
        requested.request_id as event_id,
        requested.request_at as event_at,
        requested.app_id,
        requested.app_name,
        requested.app_id as caller,
        requested.actor_class,
        requested.user_id,
        requested.user_upn,
        coalesce(audited.target_id, requested.target_id) as target_id,
        audited.target_name,
        audited.target_user_id,
        audited.target_user_upn,
        case
            when audited.audit_id is null then requested.evidence
            else list_append(requested.evidence, audited.evidence)
        end as evidence
    from requested
    left join audited
        on requested.tenant_id = audited.tenant_id and requested.request_id = audited.request_id
    union all
    select
        audited.tenant_id,
        audited.audit_id as event_id,
        audited.occurred_at as event_at,
        audited.app_id,
        audited.app_name,
        audited.caller,
        audited.actor_class,
        audited.initiated_by_user_id as user_id,
        audited.initiated_by_user_upn as user_upn,
        audited.target_id,
        audited.target_name,
        audited.target_user_id,
        audited.target_user_upn,
        [audited.evidence] as evidence
    from audited
    left join requested
        on audited.tenant_id = requested.tenant_id and audited.request_id = requested.request_id
    where requested.request_id is null and audited.actor_class != 'first_party'
),

weighed as (
    select
        events.tenant_id,
        events.event_id,
        events.event_at,
        events.app_id,
        events.app_name,
        coalesce(events.caller, '') as caller,
        events.actor_class,
        coalesce(events.user_id, '') as caller_user,
        case when events.actor_class in ('human_direct', 'human_via_agent') then events.user_id end as user_id,
        case when events.actor_class in ('human_direct', 'human_via_agent') then events.user_upn end as user_upn,
        coalesce(events.user_upn, events.user_id) as named_user,
        coalesce(events.target_id, 'unnamed') as target,
        coalesce(events.target_name, directory_apps.name, events.target_id) as target_name,
        events.target_user_id,
        events.target_user_upn,
        coalesce(privileged_roles.name, new_rights.permissions) as privilege,
        events.evidence,
        case
            when events.actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent') then 3
            when events.app_id is null or coalesce(known_apps.is_first_party, false) then 1
            else 2
        end
        - case when coalesce(known_apps.is_sanctioned, false) then 2 else 0 end as weight
    from events
    left join known_apps
        on events.app_id = known_apps.app_id
    left join privileged_roles
        on events.target_id = privileged_roles.role_id or events.target_name = privileged_roles.name
    left join new_rights
        on events.tenant_id = new_rights.tenant_id and events.target_id = new_rights.service_principal_id
    left join directory_principals as directory_apps
        on events.tenant_id = directory_apps.tenant_id and events.target_id = directory_apps.service_principal_id
    where
        not coalesce(known_apps.is_own, false)
        and not (
            events.actor_class in ('app_only', 'autonomous_agent') and coalesce(known_apps.is_first_party, false)
        )
),

ranked as (
    select
        *,
        row_number() over (
            partition by tenant_id, caller, caller_user, target order by event_at asc, event_id asc
        ) as place
    from weighed
),

grouped as (
    select
        tenant_id,
        caller,
        caller_user,
        target,
        max(app_id) as app_id,
        max(app_name) as app_name,
        coalesce(max(nullif(actor_class, 'unknown')), 'unknown') as actor_class,
        max(user_id) as user_id,
        max(user_upn) as user_upn,
        max(named_user) as named_user,
        max(target_name) as target_name,
        max(target_user_id) as target_user_id,
        max(target_user_upn) as target_user_upn,
        max(privilege) as privilege,
        max(weight) + case when count(privilege) > 0 then 1 else 0 end as weight,
        count(distinct event_id) as grants,
        min(event_at) as first_seen,
        max(event_at) as last_seen,
        flatten(array_agg(evidence order by place asc) filter (where place <= 5)) as evidence
    from ranked
    group by tenant_id, caller, caller_user, target
)

select
    tenant_id,
    concat_ws(' ', nullif(caller, ''), nullif(caller_user, ''), target) as subject,
    case
        when weight >= 4 then 'critical'
        when weight = 3 then 'high'
        when weight = 2 then 'medium'
        when weight = 1 then 'low'
        else 'info'
    end as severity,
    first_seen,
    last_seen,
    grants as request_count,
    app_id,
    app_name as agent_name,
    user_id,
    user_upn,
    target_user_id,
    target_user_upn,
    concat(
        case
            when actor_class = 'human_direct' then concat(named_user, ', in ', coalesce(app_name, app_id), ',')
            when actor_class = 'human_via_agent'
                then concat(coalesce(app_name, app_id), ', on behalf of ', named_user, ',')
            when actor_class = 'unknown' and named_user is not null
                then concat('Somebody or something with the user object ', named_user)
            else concat(coalesce(app_name, nullif(caller, ''), 'An app without id'), ', with no human on the token,')
        end,
        ' granted permissions or a role, ', grants, ' times',
        case
            when target_name is null then '; the logs do not name the target'
            else concat('; to or of ', target_name)
        end,
        case when privilege is null then '' else concat(' (', privilege, ')') end
    ) as summary,
    evidence
from grouped
