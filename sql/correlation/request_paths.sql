/*
description: >
  Every Graph request with its URI taken apart: the normalised path, and the rough template by which requests of the
  same kind are classified together. Apart from request_operations, so that new rules do not take the URIs apart anew.
kind: partition
grain: [tenant_id, request_id]
not_null: [tenant_id, request_id]
*/
-- Each step is a column of its own, because the macros look at their arguments several times.
with located as (
    select
        tenant_id,
        request_id,
        method,
        uri,
        status_code,
        graph_location(uri) as location
    from staged_graph_activity
),

decoded as (
    select
        *,
        graph_decoded(location) as decoded
    from located
),

rooted as (
    select
        *,
        graph_rooted(decoded) as rooted
    from decoded
),

paths as (
    select
        *,
        graph_path(rooted) as path
    from rooted
),

plain_paths as (
    select
        *,
        graph_without_values(path) as plain_path
    from paths
)

select
    tenant_id, -- Entra tenant the call was made in
    request_id, -- Graph's own id of the request
    method, -- HTTP method, in capitals
    status_code, -- HTTP status
    graph_api_version(uri) as api_version, -- `v1.0`, `beta` or `edu` as the URI says; null where it does not
    path, -- path without host, version and query, decoded, single slashes, with its ids (T24); paths inside drives and sites as {path}
    graph_rough_template(plain_path) as rough_template, -- the path with all that looks like an id as {id}; null for a request without URI
    case when contains(path, ':{path}') then uri end as addressed_uri -- the URI as logged where the path has a {path}, which may name a site; else null
from plain_paths
