-- A Graph request URI as logged → its normalised path and its rough template (domain: URI forms).
-- pipelines/catalog/graph/uri.py holds the same steps for single URIs and says why; a property test holds the two
-- together. The macros look at their arguments several times, so each step is a column of its own:
--
--     graph_location(uri) as location
--     graph_decoded(location) as decoded
--     graph_rooted(decoded) as rooted
--     graph_path(rooted) as path
--     graph_without_values(path) as plain_path
--     graph_rough_template(plain_path) as rough_template
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
    when contains(path, '(') or contains(path, '=') or contains(path, ',')
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
