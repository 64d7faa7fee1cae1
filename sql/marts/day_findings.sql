/*
description: >
  What the finding rules found on each event day, as they found it. `findings` adds what the rule means and what people
  made of the finding.
kind: table
grain: [finding_id]
not_null: [finding_id, rule_id, tenant_id, day, subject, severity, first_seen, last_seen, request_count, summary]
*/
select
    finding_id, -- stable: follows from rule, tenant, day and subject
    rule_id, -- the rule, as its file under sql/findings is called
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    subject, -- what it is about, within rule, tenant and day: ids and fixed words
    severity, -- critical, high, medium, low, info
    first_seen, -- UTC time of the first event of the day behind it
    last_seen, -- UTC time of the last
    request_count, -- events of the day behind it
    app_id, -- the app that acted
    agent_name, -- its name
    user_id, -- the human under whose authority it acted; null where none is proved
    user_upn, -- UPN of that human, a label
    target_user_id, -- the affected user
    target_user_upn, -- UPN of the affected user, a label
    summary, -- one sentence for a person
    evidence -- records that it rests on, at most 20: log, record id and landed file
from rule_findings
