/*
description: Which requests cannot be answered, and why?
kind: query
*/
select
    day,
    unresolved_reason,
    attribution_grade,
    count(*) as requests,
    count(distinct app_id) as apps
from attributed_requests
where token_match = 'none'
group by day, unresolved_reason, attribution_grade
order by day asc, requests desc
