-- A Graph request URI as logged → its normalised path, its rough template, and the ids it names (domain: URI forms).
-- pipelines/catalog/graph/uri.py and targets.py hold the same steps for single URIs and say why; a property test
-- holds the two together. The macros look at their arguments several times, so each step is a column of its own:
--
--     graph_location(uri) as location
--     graph_decoded(location) as decoded
--     graph_rooted(decoded) as rooted
--     graph_path(rooted) as path
--     graph_without_values(path) as plain_path
--     graph_rough_template(plain_path) as rough_template
--
-- (so request_paths), then join the classification of the distinct (method, rough_template), and
--
--     graph_segment(path, user_segment) as user_in_path        (so drive, chat, group, site, share)
--     graph_id(user_in_path) as target_user                    (so drive, chat, group, share)
--     graph_site(uri, site_in_path) as target_site
--     graph_chat_users(target_chat), graph_owner(target_site), graph_owner(graph_share_url(target_share))
--
-- DuckDB alone runs these macros. They are the one exception to the rule that queries outside staging also run on Spark
-- SQL: there a function of the same name, made of the Python steps, takes the place of each.
--
-- What nearly all URIs look like takes the short way through each step; only the others meet the patterns.

-- The URI from the first slash after the version on, without query. What does not begin as nearly all URIs do stays
-- whole for graph_rooted. No Graph URI is longer than 4,000 characters; a hostile one may be megabytes.
create or replace macro graph_location(uri) as
split_part(
    substr(
        uri,
        case
            when starts_with(uri, 'https://graph.microsoft.com/v1.0/') then 33
            when starts_with(uri, 'https://graph.microsoft.com/beta//') then 34
            when starts_with(uri, 'https://graph.microsoft.com/beta/') then 33
            when starts_with(uri, '/v1.0/') or starts_with(uri, '/beta/') then 6
            else 1
        end,
        4000
    ),
    '?',
    1
);

-- `v1.0`, `beta` or `edu`; null where the URI has none.
create or replace macro graph_api_version(uri) as case
    when starts_with(uri, 'https://graph.microsoft.com/v1.0/') then 'v1.0'
    when starts_with(uri, 'https://graph.microsoft.com/beta/') then 'beta'
    else nullif(
            lower(
                regexp_extract(
                    split_part(substr(uri, 1, 4000), '?', 1),
                    '(?i)^(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?/+[^/]+)?/+(v[0-9]+\.[0-9]+|beta|edu)(?:/|$)',
                    1
                )
            ),
            ''
        )
end;

-- Percent-decoded once; an encoded slash is part of an id and stays encoded. T24: a literal \u0026 is an ampersand.
create or replace macro graph_decoded(location) as case
    when contains(location, '%') or contains(location, '\u0026')
        then
            coalesce(
                try(
                    url_decode(
                        regexp_replace(replace(location, '\u0026', '&'), '%(2[fF])', '%25\1', 'g')
                    )
                ),
                replace(location, '\u0026', '&')
            )
    else location
end;

-- The path without host, version and tenant, with single slashes and none at the end.
create or replace macro graph_rooted(decoded) as case
    when
        starts_with(decoded, '/')
        and not contains(decoded, '//')
        and not ends_with(decoded, '/')
        and substr(decoded, 10, 1) <> '-'
        and not starts_with(decoded, '/my')
        and not starts_with(decoded, '/My')
        and not starts_with(decoded, '/MY')
        then decoded
    else regexp_replace(
            '/'
            || trim(
                regexp_replace(
                    decoded,
                    '(?i)^(?:(?:[a-z][a-z0-9+.-]*:/+)?[^/]+(?:/+(?:v[0-9]+\.[0-9]+|beta|edu))?(?:/+|$))?/*'
                    '(?:(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
                    '|myorganization)(?:/+|$))?',
                    ''
                ),
                '/'
            ),
            '/{2,}',
            '/',
            'g'
        )
end;

-- The path with what would break the split at slashes folded to {path}: paths inside drives and sites
-- (`root:/a/b.docx:`), and quoted values that hold a slash.
create or replace macro graph_path(rooted) as case
    when contains(rooted, ':/')
        then
            regexp_replace(
                regexp_replace(rooted, '([(,][A-Za-z]*=?)''[^'']*/[^'']*''', '\1''{path}''', 'g'),
                '(/[^/:''(]*):/[^:]*(:|$)',
                '\1:{path}\2',
                'g'
            )
    when contains(rooted, '''')
        then regexp_replace(rooted, '([(,][A-Za-z]*=?)''[^'']*/[^'']*''', '\1''{path}''', 'g')
    else rooted
end;

-- The URL that a share id `u!<base64url>` encodes; null where it encodes none.
create or replace macro graph_share_url(share_id) as
try(
    decode(
        from_base64(
            replace(replace(substr(share_id, 3), '-', '+'), '_', '/')
            || repeat('=', ((4 - (strlen(share_id) - 2) % 4) % 4)::bigint)
        )
    )
);

-- The path with somebody's OneDrive (`-my.sharepoint.com`, by site or by share) as {my}.
create or replace macro graph_personal_marked(path) as case
    when not starts_with(path, '/s') and not starts_with(path, '/S') then path
    when
        contains(path, 'u!')
        and regexp_matches(
            graph_share_url(regexp_extract(path, '(?i)^/shares[/(]''?(u![A-Za-z0-9_-]+)', 1)),
            '(?i)-my[.]sharepoint[.-]'
        )
        then regexp_replace(path, '(?i)^(/shares[/(])[^/]*', '\1{my}')
    when contains(lower(path), '-my.sharepoint')
        then regexp_replace(path, '(?i)^(/sites[/(])[^/:]*-my[.]sharepoint[.-][^/]*', '\1{my}')
    else path
end;

-- The same with each value in parentheses as {id}: keys and arguments.
create or replace macro graph_without_values(path) as case
    when contains(path, '(')
        then
            regexp_replace(
                graph_personal_marked(path),
                '([(=,])(?:''(?:[^'']|'''')*''|[^''(),=/{}]+)([,)]) *',
                '\1{id}\2',
                'g'
            )
    else graph_personal_marked(path)
end;

-- The path with each id-like segment as {id}: few thousand distinct texts, which Python classifies.
create or replace macro graph_rough_template(plain_path) as
array_to_string(
    list_transform(
        string_split(
            case
                when
                    contains(plain_path, 'raph.')
                    or contains(plain_path, 'RAPH.')
                    or contains(plain_path, ':{path}')
                    then regexp_replace(
                            regexp_replace(plain_path, '(?i)/(?:microsoft[.])?graph[.](?:[a-z]+[.])*', '/', 'g'),
                            '/[^/:]*[^A-Za-z/:][^/:]*:[{]path[}]',
                            '/{id}:{path}',
                            'g'
                        )
                else plain_path
            end,
            '/'
        ),
        lambda segment: case
            when
                strlen(segment) > 160
                or regexp_matches(segment, '^[0-9]|[^A-Za-z0-9$_(){}=,:]|[0-9]{4}|[0-9][^0-9]+[0-9]')
                then '{id}'
            else segment
        end
    ),
    '/'
);

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
