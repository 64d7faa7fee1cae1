/*
description: The finding rules of this installation. docs/findings.md shows the same for reading.
kind: table
grain: [rule_id]
not_null: [rule_id, title, severity]
*/
select
    rule_id, -- the rule, as its file under sql/findings is called
    title, -- the rule in a few words
    severity, -- the highest that it gives: critical, high, medium, low, info
    description, -- what a finding of it means
    why, -- why it fires
    false_positives, -- known false positives
    what_to_do, -- what to do about a finding
    techniques, -- MITRE ATT&CK techniques
    controls, -- controls that it bears on; a mapping to be confirmed by the reader
    required_logs, -- logs without which it is not evaluated; `inventory` for the directory inventory
    baseline_days, -- days of the tenant's own history that it compares with
    standing_days -- of a rule about what lasts: a finding stands until it was not found on so many days; 0 for one about a day
from rule_headers
