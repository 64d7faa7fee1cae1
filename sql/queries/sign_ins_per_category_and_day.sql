/*
description: How many sign-ins of each category are there per day, and how many of them succeeded?
kind: query
*/
select
    day,
    category,
    count(*) as sign_ins,
    count(*) filter (where is_success) as succeeded
from sign_ins
group by day, category
order by day, category
