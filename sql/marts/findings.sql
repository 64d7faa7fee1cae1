/*
description: >
  What the finding rules found on each event day: what it means, how grave it is, who and whose agent it is about, and
  on what evidence. A finding keeps its id over re-runs. Each rule is described in docs/findings.md.
kind: view
grain: [finding_id]
not_null: [finding_id, rule_id, title, severity, tenant_id, day, first_seen, last_seen, request_count, summary, status]
*/
select
    found.finding_id, -- stable: follows from rule, tenant, day and what the finding is about
    found.rule_id, -- the rule, as its file under sql/findings is called
    rules.title, -- the rule in a few words
    found.severity, -- critical, high, medium, low, info
    found.tenant_id, -- Entra tenant
    found.day, -- event day in UTC
    found.first_seen, -- UTC time of the first event of the day behind it
    found.last_seen, -- UTC time of the last
    found.request_count, -- events of the day behind it
    found.app_id, -- the app that acted
    found.agent_name, -- its name
    found.user_id, -- the human under whose authority it acted; null where none is proved
    found.user_upn, -- UPN of that human, a label
    found.target_user_id, -- the affected user
    found.target_user_upn, -- UPN of the affected user, a label
    found.summary, -- one sentence for a person
    found.evidence, -- records that it rests on, at most 20: log, record id and landed file
    rules.techniques, -- MITRE ATT&CK techniques
    rules.controls, -- controls that it bears on; a mapping to be confirmed by the reader
    'new' as status -- new
from day_findings as found
inner join rules
    on found.rule_id = rules.rule_id
