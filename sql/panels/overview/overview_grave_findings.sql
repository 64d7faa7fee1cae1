/*
title: Open findings that are grave
description: Findings of severity high or critical that somebody still has to do something with, of any day.
kind: panel
over: overview_open_findings
grain: []
*/
select cast(coalesce(sum(open_findings), 0) as bigint) as grave_findings -- findings
from overview_open_findings
where severity in ('critical', 'high')
