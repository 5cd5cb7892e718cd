-- name: merge_candidates (two events of one kind about one subject, told by different platforms within so many days; of the newest of each kind)
select distinct on (greatest(e.occurred_on, o.occurred_on), one, other)
       e.kind, e.subject, least(e.id, o.id) as one, greatest(e.id, o.id) as other,
       least(e.occurred_on, o.occurred_on) as earlier, greatest(e.occurred_on, o.occurred_on) as later
from unnest(%(kinds)s::text[]) as k(kind)
cross join lateral (
    select id, kind, subject, occurred_on, value->'sources' as sources from event
    where kind = k.kind and state = 'current' and length(occurred_on) = 10 and subject ~ '^(patent|contract):[^*]+$'
    order by coalesce(occurred_on, '') desc, id desc limit %(among)s
) as e
cross join lateral (
    select id, occurred_on, value->'sources' as sources from event
    where subject = e.subject and kind = e.kind and state = 'current' and length(occurred_on) = 10 and id <> e.id
    limit 20
) as o
cross join lateral (select least(e.id, o.id) as one, greatest(e.id, o.id) as other) as pair
where abs(e.occurred_on::date - o.occurred_on::date) <= %(days)s
  and not exists (
    select from jsonb_array_elements(e.sources) as a, jsonb_array_elements(o.sources) as b where a->>'source' = b->>'source'
  )
order by greatest(e.occurred_on, o.occurred_on) desc, one, other limit %(most)s

-- name: split_candidates (events whose sources contradict each other; of the newest of each kind)
select e.id, e.kind, e.subject, e.occurred_on, e.sources, e.disagreements
from unnest(%(kinds)s::text[]) as k(kind)
cross join lateral (
    select id, kind, subject, occurred_on, value->'sources' as sources, value->'disagreements' as disagreements from event
    where kind = k.kind and state = 'current' and subject ~ '^(patent|contract):[^*]+$'
    order by coalesce(occurred_on, '') desc, id desc limit %(among)s
) as e
where jsonb_array_length(e.sources) > 1 and jsonb_array_length(coalesce(e.disagreements, '[]'::jsonb)) > 0
order by coalesce(e.occurred_on, '') desc, e.id desc limit %(most)s
