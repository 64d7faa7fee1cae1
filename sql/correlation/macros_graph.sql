-- The path of a Graph request, with the classification of its (method, rough_template) → the ids that it names:
--
--     graph_segment(path, user_segment) as user_in_path        (so drive, chat, group, site, share)
--     graph_id(user_in_path) as target_user                    (so drive, chat, group, share)
--     graph_site(uri, site_in_path) as target_site
--     graph_chat_users(target_chat), graph_owner(target_site), graph_share_owner(target_share)
--
-- pipelines/catalog/graph/targets.py holds the same steps for single URIs and says why; a property test holds the two
-- together. Staging makes path and template (sql/staging/macros_uri.sql).
--
-- DuckDB alone runs these macros. They are the one exception to the rule that queries outside staging also run on Spark
-- SQL: there a function of the same name, made of the Python steps, takes the place of each.

-- The raw segment that the classification points to: null where it points to none.
create or replace macro graph_segment(path, n) as case when n is not null then split_part(path, '/', n) end;

create or replace macro graph_bare_id(x) as case
    when length(x) = 36 and substr(x, 9, 1) = '-' and substr(x, 14, 1) = '-' then lower(x)
    else nullif(replace(x, '%2F', '/'), '')
end;

-- The id in a segment: out of its key (`users('x')`, `users(userPrincipalName='x')`), with its encoded slashes back;
-- a GUID in lower case, everything else as it came.
create or replace macro graph_id(segment) as case
    when contains(segment, '(')
        then
            graph_bare_id(
                replace(
                    regexp_extract(
                        segment, '^[^(]*[(](?:[A-Za-z]+=)?''?([^'']*(?:''''[^'']*)*)''?[)]?$', 1
                    ),
                    '''''',
                    ''''
                )
            )
    else graph_bare_id(segment)
end;

-- The site that a URI names: `host,site,web`, or `host:/path` for one addressed by its path.
create or replace macro graph_site(uri, segment) as case
    when contains(segment, ':{path}')
        then
            regexp_extract(
                graph_decoded(graph_location(uri)), '(?i)/sites/+([^/:]+:/[^:]*)', 1
            )
    else graph_id(segment)
end;

-- Both users of a one-to-one chat, whose id names them; null for any other chat.
create or replace macro graph_chat_users(chat_id) as case
    when
        regexp_matches(
            chat_id,
            '(?i)^19:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@unq[.]'
        )
        then [lower(substr(chat_id, 4, 36)), lower(substr(chat_id, 41, 36))]
end;

-- Whose OneDrive a site or share URL is: the folder name that SharePoint makes of the user principal name
-- (alex_contoso_com). Derived, and not reversible: compare with graph_owner_label(upn).
create or replace macro graph_owner(site_or_url) as case
    when regexp_matches(site_or_url, '(?i)-my[.]sharepoint[.-]')
        then nullif(lower(regexp_extract(site_or_url, '(?i)/personal/([^/:?]+)', 1)), '')
end;

-- The same for the share that an id `u!<base64url>` encodes.
create or replace macro graph_share_owner(share_id) as graph_owner(graph_share_url(share_id));

create or replace macro graph_owner_label(upn) as regexp_replace(lower(upn), '[^a-z0-9]', '_', 'g');

-- What became of a request. T25: 302 on a content path is a download.
create or replace macro graph_outcome(status_code, path_template) as case
    when status_code between 200 and 299 then 'success'
    when status_code = 302 and (ends_with(path_template, '/content') or ends_with(path_template, '/contentstream'))
        then 'success'
    when status_code in (401, 403) then 'denied'
    when status_code = 429 then 'throttled'
    else 'failed'
end;
