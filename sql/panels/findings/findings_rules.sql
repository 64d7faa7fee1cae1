/*
title: The rules
description: The finding rules of this installation, by title, with the open findings of each, of any day.
kind: panel
grain: [rule_id]
*/
select
    rules.rule_id, -- the rule, as its file under sql/findings is called
    rules.title, -- the rule in a few words
    count(findings.finding_id) as open_findings -- findings that are new, acknowledged or in progress
from rules
left join findings
    on
        rules.rule_id = findings.rule_id
        and findings.status in ('new', 'acknowledged', 'in_progress')
        and ($tenant_id is null or findings.tenant_id = $tenant_id)
group by rules.rule_id, rules.title
order by rules.title, rules.rule_id
