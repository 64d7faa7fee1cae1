/*
description: >
  Every state of every drive of the inventory: whose files a request on `/drives/{id}` touched.
kind: table
grain: [tenant_id, drive_id, valid_from]
not_null: [tenant_id, drive_id, valid_from]
*/
select
    tenant_id, -- Entra tenant
    object_id as drive_id, -- drive, as it came: case carries meaning
    drive_type, -- personal and business are a user's, documentLibrary is a site's
    object_name as name, -- its name
    owner_user_id, -- user that it belongs to
    owner_group_id, -- group that it belongs to
    valid_from, -- UTC time at which this state was first seen
    valid_to, -- UTC time at which another state was first seen; null while this one stands
    explains_from, -- first event day that this state explains; the first state known explains all days before, too
    explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    landed_file -- landed file that holds the object in this state
from directory_versions
where object_type = 'drive'
