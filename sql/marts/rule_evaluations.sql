/*
description: >
  Whether each finding rule was evaluated for each tenant and event day, and how much it found. A rule whose logs or
  history are missing is `not_evaluated`: that it found nothing is then no pass.
kind: table
grain: [tenant_id, day, rule_id]
not_null: [tenant_id, day, rule_id, title, state, findings]
*/
select
    runs.tenant_id, -- Entra tenant
    runs.day, -- event day in UTC
    runs.rule_id, -- the rule, as its file under sql/findings is called
    rules.title, -- the rule in a few words
    runs.state, -- evaluated or not_evaluated
    runs.reason, -- why it was not evaluated: logs without a record of the day, or too short a history; null where it was
    runs.findings -- findings of the day
from rule_runs as runs
inner join rule_headers as rules
    on runs.rule_id = rules.rule_id
