/*
description: >
  What every Graph request did to whose data, by method and URI: class of data, effect, outcome, and the ids that the
  URI names, as logged. What requests carry is not logged: whom a mail went to, or what a PATCH changed, is not here.
kind: partition
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id, outcome]
*/
with classified as (
    select
        paths.tenant_id,
        paths.request_id,
        paths.method,
        paths.status_code,
        paths.api_version,
        paths.addressed_uri,
        classes.path_template,
        classes.operation,
        classes.data_class,
        classes.sensitivity,
        classes.effect,
        classes.is_write,
        classes.is_user_scoped,
        classes.is_own,
        classes.done,
        classes.to_do,
        classes.joins,
        graph_segment(paths.path, classes.user_segment) as user_in_path,
        graph_segment(paths.path, classes.drive_segment) as drive_in_path,
        graph_segment(paths.path, classes.chat_segment) as chat_in_path,
        graph_segment(paths.path, classes.group_segment) as group_in_path,
        graph_segment(paths.path, classes.site_segment) as site_in_path,
        graph_segment(paths.path, classes.share_segment) as share_in_path
    from request_paths as paths
    left join operation_classes as classes
        on coalesce(paths.method, '') = classes.method and paths.rough_template = classes.rough_template
),

named as (
    select
        *,
        graph_id(user_in_path) as target_user,
        graph_id(drive_in_path) as target_drive,
        graph_id(chat_in_path) as target_chat,
        graph_id(group_in_path) as target_group,
        graph_site(addressed_uri, site_in_path) as target_site,
        graph_share_url(graph_id(share_in_path)) as share_url
    from classified
),

owned as (
    select
        *,
        coalesce(graph_owner(target_site), graph_owner(share_url)) as derived_owner
    from named
)

select
    tenant_id, -- Entra tenant the call was made in
    request_id, -- Graph's own id of the request
    method, -- HTTP method, in capitals
    path_template, -- path in lower case, ids as {id}, functions without arguments; this and all that follows from it is null for a request without URI
    api_version, -- `v1.0`, `beta` or `edu` as the URI says; null where it does not
    operation, -- the effect and the names on the way: `send users/sendmail`
    data_class, -- whose data: user_security, user_content, user_object, drive_unresolved (a drive of a user, group or site, to be looked up), shared, tenant
    sensitivity, -- 0 (no user data) to 4 (critical: acts in somebody's name, deletions, sharing)
    effect, -- read, create, update, delete, send, share, move_copy, rule, credential, upload, respond, state, batch_envelope; T25: creating an upload session is the write, the bytes pass no Graph log
    is_write, -- neither a read nor the envelope of a batch, whose inner requests are logged on their own (T26); a POST that nobody knows counts as a write
    is_user_scoped, -- whether the data class is one of the three user classes
    done, -- what was done, in words for a person: `deleted a mail message`; of a request that failed, what would have been
    to_do, -- the same as an infinitive: `delete a mail message`
    joins, -- preposition from there to the user whose data it is; empty where the words are about no user's data
    is_own, -- path below /me: the data of the user on the token, which cannot be app-only (T27)
    graph_outcome(status_code, path_template) as outcome, -- success, denied, throttled or failed; T25: 302 on content is a download
    target_user, -- user that the path is about: object id in lower case, or UPN as it came
    target_drive, -- drive id as it came
    target_chat, -- chat id as it came
    target_group, -- group or team id, in lower case
    target_site, -- `host,site,web`, or `host:/path` for a site addressed by its path
    graph_chat_users(target_chat) as chat_users, -- both users of a one-to-one chat, whose id names them; null for any other chat
    derived_owner, -- folder name of the owner of the OneDrive that a site or share names; derived: compare with graph_owner_label(upn)
    coalesce(lower(target_user), target_drive, derived_owner) as target_key -- what directory_targets knows the affected user by
from owned
