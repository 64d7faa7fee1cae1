/*
description: >
  An app holds application permissions on users' data in Microsoft Graph for 30 days or more and made no request of the
  kind that they allow in that time. A token shows all permissions that were granted, so what was used follows from what
  was done. One finding per app, which is looked for on Mondays and on the first day on which it can be said, and stands
  until it was not found for 8 days.
kind: finding
rule:
  title: Application permission on users' data never used
  severity: low
  why: >
    The inventory of that day lists the permission, the directory dates it 30 days back or more (else the first
    inventory that had it does), and in those 30 days, of which the Graph activity log has records on 28 at least, the
    app made no request on its own of that kind: none on the data for a permission to read, none that changes it for a
    permission to write, none that sends for Mail.Send. Attempts count as use, and so do searches and subscriptions,
    whose URI does not say which data they reach. A permission that is partly used, such as Mail.ReadWrite by an app
    that only reads, counts as not used. Who has the app's credential has the permission, used or not.
  false_positives: >
    Apps for rare occasions, such as a yearly export or a legal hold. Suppress the finding with the reason.
  what_to_do: >
    Ask the owner of the app what the permission is for. Remove it, or replace it by the lesser one that the requests
    need.
  techniques: [T1098.003]
  controls: [SOC 2 CC6.3, "ISO/IEC 27001 A.5.18", "ISO/IEC 27001 A.8.2", NIST 800-53 AC-6]
  required_logs: [MicrosoftGraphActivityLogs, inventory.app_role_assignment]
  baseline_days: 30
  standing_days: 8
lookback_hours: 720
*/
with covered as (
    select
        tenant_id,
        date_diff('day', min(cast(hour as date)), cast($window_start as date)) as age,
        date_trunc('week', cast($window_start as timestamp)) = $window_start as is_monday
    from log_hours
    where log = 'MicrosoftGraphActivityLogs' and hour < $window_end
    group by tenant_id
    having count(distinct case when hour >= $lookback_start then cast(hour as date) end) >= 28
),

-- Permission, what has to be seen of it (any: a request; change: no read; edit: neither a read nor a sending; send),
-- and where, by data class and operation.
meant as (
    select
        listed.permission,
        listed.need,
        listed.pattern
    from (
        values
        ('Mail.Read', 'any', '% users/messages%'),
        ('Mail.Read', 'any', '% users/mailfolders%'),
        ('Mail.Read', 'any', '%exchange/mailboxes%'),
        ('Mail.ReadBasic.All', 'any', '% users/messages%'),
        ('Mail.ReadBasic.All', 'any', '% users/mailfolders%'),
        ('Mail.ReadWrite', 'edit', '% users/messages%'),
        ('Mail.ReadWrite', 'edit', '% users/mailfolders%'),
        ('Mail.Send', 'send', '% users/sendmail'),
        ('Mail.Send', 'send', '% users/messages/%'),
        ('Mail.Send', 'send', '% users/mailfolders/%'),
        ('MailboxSettings.Read', 'any', '%/mailboxsettings%'),
        ('MailboxSettings.Read', 'any', '%/messagerules%'),
        ('MailboxSettings.ReadWrite', 'change', '%/mailboxsettings%'),
        ('MailboxSettings.ReadWrite', 'change', '%/messagerules%'),
        ('Calendars.Read', 'any', '% users/calendar%'),
        ('Calendars.Read', 'any', '% users/events%'),
        ('Calendars.ReadWrite', 'change', '% users/calendar%'),
        ('Calendars.ReadWrite', 'change', '% users/events%'),
        ('Contacts.Read', 'any', '% users/contact%'),
        ('Contacts.ReadWrite', 'change', '% users/contact%'),
        ('Files.Read.All', 'any', '%drive%'),
        ('Files.Read.All', 'any', '% shares%'),
        ('Files.Read.All', 'any', '% sites%'),
        ('Files.ReadWrite.All', 'change', '%drive%'),
        ('Files.ReadWrite.All', 'change', '% shares%'),
        ('Files.ReadWrite.All', 'change', '% sites%'),
        ('Chat.Read.All', 'any', '%chats%'),
        ('Chat.ReadWrite.All', 'change', '%chats%'),
        ('Notes.Read.All', 'any', '%/onenote%'),
        ('Notes.ReadWrite.All', 'change', '%/onenote%'),
        ('Tasks.Read.All', 'any', '%/todo%'),
        ('Tasks.Read.All', 'any', '%planner%'),
        ('Tasks.ReadWrite.All', 'change', '%/todo%'),
        ('Tasks.ReadWrite.All', 'change', '%planner%'),
        ('OnlineMeetings.Read.All', 'any', '%onlinemeetings%'),
        ('OnlineMeetings.ReadWrite.All', 'change', '%onlinemeetings%'),
        ('OnlineMeetingTranscript.Read.All', 'any', '%/transcripts%'),
        ('OnlineMeetingRecording.Read.All', 'any', '%/recordings%'),
        ('AiEnterpriseInteraction.Read.All', 'any', '%/interactionhistory%'),
        ('User.ReadWrite.All', 'change', 'user_object %'),
        ('User.ReadWrite.All', 'change', 'user_security %'),
        ('User.ReadWrite.All', 'change', 'tenant % users%'),
        ('UserAuthenticationMethod.Read.All', 'any', '%/authentication%'),
        ('UserAuthenticationMethod.ReadWrite.All', 'change', '%/authentication%')
    ) as listed (permission, need, pattern)
),

graph as (
    select
        tenant_id,
        service_principal_id
    from directory_service_principals
    where
        app_id = '00000003-0000-0000-c000-000000000000'
        and explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
),

apps as (
    select
        tenant_id,
        app_id,
        name,
        is_first_party
    from directory_apps
    where
        explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
),

grants as (
    select
        tenant_id,
        app_id,
        grant_id,
        permission,
        resource_id,
        landed_file
    from directory_grants
    where
        permission_kind = 'application'
        and app_id is not null
        and explains_from <= cast($window_start as date)
        and explains_to > cast($window_start as date)
),

granted as (
    select
        grants.tenant_id,
        grants.app_id,
        grants.grant_id,
        grants.permission,
        grants.landed_file,
        cast(min(coalesce(assignments.created_at, assignments.valid_from)) as date) as granted_on
    from grants
    inner join graph
        on grants.tenant_id = graph.tenant_id and grants.resource_id = graph.service_principal_id
    inner join directory_versions as assignments
        on
            grants.tenant_id = assignments.tenant_id
            and grants.grant_id = assignments.object_id
            and assignments.object_type = 'app_role_assignment'
    where grants.permission in (select meant.permission from meant)
    group by grants.tenant_id, grants.app_id, grants.grant_id, grants.permission, grants.landed_file
),

dated as (
    select
        *,
        date_diff('day', granted_on, cast($window_start as date)) as age
    from granted
),

-- Once a week, and on the first day on which 30 days are known of the tenant or of the permission.
due as (
    select
        dated.*,
        apps.name,
        coalesce(known_apps.is_sanctioned, false) as is_sanctioned
    from dated
    inner join covered
        on dated.tenant_id = covered.tenant_id
    left join known_apps
        on dated.app_id = known_apps.app_id
    left join apps
        on dated.tenant_id = apps.tenant_id and dated.app_id = apps.app_id
    where
        dated.age >= 30
        and (covered.is_monday or covered.age = 30 or dated.age = 30)
        and not coalesce(known_apps.is_own, false)
        and not coalesce(known_apps.is_first_party, false)
        and not coalesce(apps.is_first_party, false)
),

done as (
    select distinct
        tenant_id,
        app_id,
        effect,
        operation,
        concat(coalesce(data_class, ''), ' ', operation) as what
    from app_acts
    where
        first_at >= $lookback_start
        and first_at < $window_end
        and actor_class not in ('human_direct', 'human_via_agent', 'agent_user')
),

used as (
    select distinct
        due.tenant_id,
        due.app_id,
        due.permission
    from due
    inner join meant
        on due.permission = meant.permission
    inner join done
        on due.tenant_id = done.tenant_id and due.app_id = done.app_id
    where
        done.operation = ''
        or (meant.need = 'any' and (done.what like meant.pattern or done.operation like '%search/query'))
        or (meant.need = 'any' and done.operation like '% subscriptions%')
        or (meant.need = 'change' and done.effect != 'read' and done.what like meant.pattern)
        or (meant.need = 'edit' and done.effect not in ('read', 'send') and done.what like meant.pattern)
        or (meant.need = 'send' and done.effect = 'send' and done.what like meant.pattern)
),

unused as (
    select due.*
    from due
    left join used
        on
            due.tenant_id = used.tenant_id
            and due.app_id = used.app_id
            and due.permission = used.permission
    where used.permission is null
),

grouped as (
    select
        tenant_id,
        app_id,
        max(name) as app_name,
        bool_or(is_sanctioned) as is_sanctioned,
        count(distinct permission) as permissions,
        array_to_string(list_sort(array_agg(distinct permission)), ', ') as names,
        array_agg(
            struct_pack(log := 'AppRoleAssignments', record_id := grant_id, landed_file := landed_file)
            order by permission asc, grant_id asc
        ) as evidence
    from unused
    group by tenant_id, app_id
)

select
    tenant_id,
    app_id as subject,
    case when is_sanctioned then 'info' else 'low' end as severity,
    cast($window_start as timestamp) as first_seen,
    cast($window_start as timestamp) as last_seen,
    cast(0 as bigint) as request_count,
    app_id,
    app_name as agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        coalesce(app_name, app_id), ' has had application permission', case when permissions = 1 then '' else 's' end,
        ' on users'' data for 30 days or more and made no request of that kind in the last 30 days: ', names
    ) as summary,
    evidence
from grouped
