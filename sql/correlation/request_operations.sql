/*
description: >
  Every Graph request once, with what it did to whose data, by method and URI: class of data, effect, outcome, and the
  ids that the URI names, as logged. What requests carry is not logged: whom a mail went to, or what a PATCH changed, is
  not here.
kind: partition
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id, caller_id, outcome]
*/
with classified as (
    select
        requests.*,
        coalesce(requests.roles, requests.scopes) as permissions,
        case when contains(requests.path, ':{path}') then requests.uri end as addressed_uri,
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
        graph_segment(requests.path, classes.user_segment) as user_in_path,
        graph_segment(requests.path, classes.drive_segment) as drive_in_path,
        graph_segment(requests.path, classes.chat_segment) as chat_in_path,
        graph_segment(requests.path, classes.group_segment) as group_in_path,
        graph_segment(requests.path, classes.site_segment) as site_in_path,
        graph_segment(requests.path, classes.share_segment) as share_in_path
    from staged_graph_activity as requests
    left join operation_classes as classes
        on coalesce(requests.method, '') = classes.method and requests.rough_template = classes.rough_template
),

named as (
    select
        *,
        graph_id(user_in_path) as target_user,
        graph_id(drive_in_path) as target_drive,
        graph_id(chat_in_path) as target_chat,
        graph_id(group_in_path) as target_group,
        graph_site(addressed_uri, site_in_path) as target_site,
        graph_share_owner(graph_id(share_in_path)) as share_owner
    from classified
),

owned as (
    select
        *,
        coalesce(graph_owner(target_site), share_owner) as derived_owner
    from named
)

select
    tenant_id, -- Entra tenant the call was made in
    request_id, -- Graph's own id of the request
    requested_at, -- UTC time at which Graph received it
    operation_id, -- batch id (T26)
    client_request_id, -- id sent by the client
    method, -- HTTP method, in capitals
    uri, -- as logged
    status_code, -- HTTP status
    api_version, -- as logged, or else as the URI says: v1.0, beta, …
    app_id, -- the calling app
    user_id, -- object id of the user on the token, human or agent user (T7); null for app-only
    service_principal_id, -- its service principal, for app-only calls
    ip_address, -- where the request came from
    user_agent, -- as sent by the client
    permissions, -- application permissions on an app's token, delegated ones on a user's, space-separated
    identity_provider, -- `idp` claim; empty for home members
    client_auth_method, -- 0 public client, 1 secret, 2 anything asserted (T15)
    token_id, -- token id on the request
    token_issued_at, -- `iat` of the token
    landed_file, -- landed file that holds the request
    -- One hash over all that an attribution looks at; a part that is missing leaves its place empty.
    md5(concat_ws(
        ' ',
        tenant_id,
        coalesce(app_id, ''),
        coalesce(service_principal_id, ''),
        coalesce(user_id, ''),
        coalesce(cast(client_auth_method as varchar), ''),
        coalesce(token_id, ''),
        coalesce(cast(token_issued_at as varchar), ''),
        coalesce(identity_provider, '')
    )) as caller_id, -- hash of what the request says of its token, app and principal: caller_attributions knows who that is
    path_template, -- path in lower case, ids as {id}, functions without arguments; this and all that follows from it is null for a request without URI
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
