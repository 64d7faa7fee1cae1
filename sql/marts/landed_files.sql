/*
description: >
  Every landed file and what became of its lines: landed lines = typed + duplicates + quarantined + unsupported +
  expired, once staging has run and their days are built. Lines that are not in the published tables yet are in waiting.
  A file that was removed by policy keeps its row.
kind: table
grain: [landed_file]
not_null: [landed_file, source_name, landed]
*/
with duplicate_counts as (
    select
        landed_file,
        count(*) as duplicate_count
    from duplicate_records
    group by landed_file
)

select
    manifest.landed_file, -- path below landing/
    manifest.source_type, -- file, log_analytics, graph or storage
    manifest.source_name, -- file or query that the lines came from
    manifest.landed_at, -- UTC time of landing
    manifest.log, -- log as the Log Analytics table is called; `unsupported` for records of a kind not read yet, `unreadable` for lines that are no records
    manifest.shape, -- diagnostic, log_analytics, csv or graph
    manifest.landed, -- lines in the file
    coalesce(ledger.parsed, 0) - coalesce(duplicate_counts.duplicate_count, 0) as typed, -- rows that stand in the typed tables
    coalesce(duplicate_counts.duplicate_count, 0) as duplicates, -- further copies of records that stand there already
    case
        when manifest.log = 'unreadable' and manifest.removed_at is null then manifest.landed
        else 0
    end as quarantined, -- lines that are no usable record
    case
        when manifest.log = 'unsupported' and manifest.removed_at is null then manifest.landed
        else 0
    end as unsupported, -- records kept, but of a kind not read yet
    case when manifest.removed_at is null then coalesce(ledger.expired, 0) else manifest.landed end as expired, -- lines that are in the tables no longer, by policy: of days before those kept, or removed with the file
    case
        when manifest.log in ('unreadable', 'unsupported') or manifest.removed_at is not null then 0
        else manifest.landed - coalesce(ledger.parsed, 0) - coalesce(ledger.expired, 0)
    end as waiting, -- lines that are not in the published tables yet: not parsed, or of a day that is not built
    manifest.looks_like, -- for unsupported records what they look like, for unreadable lines what is wrong
    manifest.unknown_fields, -- fields never seen before, with their number of records
    ledger.cast_failures, -- values that did not cast, by column
    manifest.sha256, -- SHA-256 of the landed file
    manifest.removed_at, -- UTC time at which the file was removed by policy; null while it stands
    manifest.removed_by, -- who removed it
    manifest.removed_reason -- the policy
from manifest
left join ledger on manifest.landed_file = ledger.landed_file
left join duplicate_counts on manifest.landed_file = duplicate_counts.landed_file
