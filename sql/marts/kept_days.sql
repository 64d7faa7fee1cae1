/*
description: >
  Which event days are kept: all of them, until `whoseagent retain` was first run; then those from its first day on, and
  those of each legal hold. Of other days nothing stands in any table but what `expired_days` counts.
kind: table
grain: [first_day, last_day, hold]
not_null: [first_day, last_day, hold]
*/
select
    first_day, -- first event day in UTC; 0001-01-01 where nothing was ever retained
    last_day, -- last event day; 9999-12-31 for all that is to come
    coalesce(hold, '') as hold -- name of the legal hold that keeps these days; empty for what is kept without one
from kept_stretches
