/*
description: >
  Whose data a request is about, by what its URI may name: a user's object id or UPN (T30: as the directory writes it,
  with #EXT# for guests), the folder of a personal site, or a drive. By the days that it explains.
kind: table
grain: [tenant_id, target_key, explains_from]
not_null: [tenant_id, target_key, data_class, explains_from, explains_to]
*/
with folders as (
    select
        tenant_id,
        regexp_replace(user_upn, '[^a-z0-9]', '_', 'g') as folder,
        user_id,
        user_upn,
        valid_from
    from directory_users
    where user_upn is not null
),

-- Two users may have one folder name (a.b@… and a_b@…): then it names neither.
clear_folders as (
    select
        tenant_id,
        folder
    from folders
    group by tenant_id, folder
    having count(distinct user_id) = 1
),

newest_users as (
    select
        tenant_id,
        user_id,
        max_by(user_upn, valid_from) as user_upn
    from directory_users
    group by tenant_id, user_id
),

keys as (
    select
        tenant_id,
        user_id as target_key,
        user_id,
        user_upn,
        'user_content' as data_class,
        valid_from
    from directory_users
    union all
    select
        tenant_id,
        user_upn as target_key,
        user_id,
        user_upn,
        'user_content' as data_class,
        valid_from
    from directory_users
    where user_upn is not null
    union all
    select
        folders.tenant_id,
        folders.folder as target_key,
        folders.user_id,
        folders.user_upn,
        'user_content' as data_class,
        folders.valid_from
    from folders
    inner join clear_folders
        on folders.tenant_id = clear_folders.tenant_id and folders.folder = clear_folders.folder
    union all
    select
        drives.tenant_id,
        drives.drive_id as target_key,
        drives.owner_user_id as user_id,
        newest_users.user_upn,
        case
            when drives.owner_user_id is not null and drives.drive_type in ('personal', 'business') then 'user_content'
            when drives.drive_type = 'documentLibrary' then 'shared'
            else 'drive_unresolved'
        end as data_class,
        drives.valid_from
    from directory_drives as drives
    left join newest_users
        on drives.tenant_id = newest_users.tenant_id and drives.owner_user_id = newest_users.user_id
),

versions as (
    select
        *,
        row_number() over (partition by tenant_id, target_key order by valid_from, user_id) as number,
        lead(valid_from) over (partition by tenant_id, target_key order by valid_from, user_id) as replaced_at
    from keys
)

select
    tenant_id, -- Entra tenant
    target_key, -- object id, UPN in lower case, folder of a personal site, or drive id
    user_id, -- the user whose data it is; null for a drive of a group or site
    user_upn, -- its UPN, a label
    data_class, -- user_content; for a drive also shared (a library of a site), or drive_unresolved where its owner is not known
    case when number = 1 then date '0001-01-01' else cast(valid_from as date) end as explains_from, -- first event day that it explains; the first known state explains all before it
    coalesce(cast(replaced_at as date), date '9999-12-31') as explains_to -- first event day that it does not explain any more
from versions
-- Of several states of one day the last one explains it: the first of all only what was before.
where number = 1 or replaced_at is null or cast(replaced_at as date) > cast(valid_from as date)
