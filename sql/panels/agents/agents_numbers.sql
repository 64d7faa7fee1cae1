/*
title: How many there are
description: How many agents and apps are in the list, and how many of them need a look.
kind: panel
over: agents_list
grain: []
*/
select
    count(*) as apps, -- agents and apps
    count(case when owners is null and kind != 'microsoft' then 1 end) as unowned, -- of these, those for which nobody answers
    count(case when app_only_user_writes > 0 then 1 end) as writing_alone, -- those that wrote on users' data with no human on the token
    count(case when registry = 'not allowed' then 1 end) as not_allowed -- those that the registry does not allow
from agents_list
