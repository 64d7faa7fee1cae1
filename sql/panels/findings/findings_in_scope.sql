/*
title: Open findings of a scope
description: >
  How many findings of any day somebody still has to do something with, of a rule, tenant, app, human or affected
  user.
kind: panel
grain: []
*/
select count(*) as open_findings -- findings that are new, acknowledged or in progress
from findings
where
    status in ('new', 'acknowledged', 'in_progress')
    and ($rule_id is null or rule_id = $rule_id)
    and ($tenant_id is null or tenant_id = $tenant_id)
    and ($app_id is null or app_id = $app_id)
    and ($user_id is null or user_id = $user_id)
    and ($target_user_id is null or target_user_id = $target_user_id)
