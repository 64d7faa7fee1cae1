/*
description: Landed files of which a line was lost or counted twice.
kind: check
*/
select
    landed_file,
    source_name,
    landed,
    typed,
    duplicates,
    quarantined,
    unsupported,
    expired,
    waiting
from landed_files
where
    landed != typed + duplicates + quarantined + unsupported + expired + waiting
    or typed < 0
    or waiting < 0
