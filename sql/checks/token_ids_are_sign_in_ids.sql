/*
description: >
  Successful sign-ins whose token id is not their own sign-in id. Both spell the same GUID (T1); a difference means a
  log was altered on its way, for example by folding the case of token ids (T3).
kind: check
severity: warn
*/
select
    tenant_id,
    category,
    sign_in_id,
    token_id,
    landed_file
from staged_sign_ins
where token_id != sign_in_id and is_success
