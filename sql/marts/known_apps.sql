/*
description: >
  What is known of apps besides the logs: the registry of agents and the collector's own apps out of whoseagent.toml,
  and Microsoft's own apps.
kind: table
grain: [app_id]
not_null: [app_id, is_agent, is_own, is_first_party]
*/
select
    app_id, -- app (client) id
    name, -- its name in the registry, else Microsoft's name of it; null where nobody named it
    owner, -- who answers for it, as the registry says
    is_agent, -- whether the registry lists it as an agent
    is_sanctioned, -- whether the registry says that it is allowed; null where nobody said
    is_own, -- whether it is this collector, whose own requests are in the logs it reads (T31)
    is_first_party -- whether it is one of Microsoft's own apps
from settings_apps
