/*
title: What is open
description: >
  Findings that somebody still has to do something with, of any day, by severity; how many of them nobody has, and
  since when the oldest is open.
kind: panel
grain: []
*/
select
    count(case when severity = 'critical' then 1 end) as critical, -- findings that are new, acknowledged or in progress
    count(case when severity = 'high' then 1 end) as high, -- the same of severity high
    count(case when severity = 'medium' then 1 end) as medium, -- of severity medium
    count(case when severity in ('low', 'info') then 1 end) as low_or_info, -- of severity low or info
    count(case when assignee is null then 1 end) as unassigned, -- of all these, those that nobody has
    min(opened_at) as oldest_opened_at -- UTC time at which the oldest of them was seen for the first time
from findings
where
    status in ('new', 'acknowledged', 'in_progress')
    and ($tenant_id is null or tenant_id = $tenant_id)
