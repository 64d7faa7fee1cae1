/*
title: What could not be read
description: >
  Lines that are no usable record, by file and reason, of whatever day and tenant: they have neither. Each is kept byte
  for byte in its landed file and in the table quarantine.
kind: panel
grain: [landed_file, reason]
*/
select
    lines.reason, -- what is wrong: invalid_json, invalid_utf8, too_long, too_deep, not_an_object, truncated, ragged_row
    count(*) as unreadable_lines, -- lines
    files.landed_at, -- UTC time of landing
    lines.source_name, -- file or query that the lines came from
    lines.landed_file -- landed file, below landing/, that holds them
from quarantine as lines
left join landed_files as files
    on lines.landed_file = files.landed_file
group by lines.landed_file, lines.source_name, lines.reason, files.landed_at
order by files.landed_at desc, lines.landed_file asc, lines.reason asc
