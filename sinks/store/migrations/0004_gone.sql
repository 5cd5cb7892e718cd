-- What only tells that something is no longer so, by the rule of schemas/records/validity.py. Topic and table are compared
-- without it: on a broker that was filled again from a backup, what came and went between two batches is not told again.
create function is_gone(value jsonb) returns boolean language sql immutable parallel safe as $$
    select case when value->>'state' = 'withdrawn' then coalesce(value->'state_reason', '"absent"') = '"absent"'
                else coalesce(value->'live' = 'false', false) or coalesce(value->'contributions' = '0', false) end
$$;
alter table event add column is_gone boolean not null generated always as (is_gone(value)) stored;
alter table listing add column is_gone boolean not null generated always as (is_gone(value)) stored;
alter table point add column is_gone boolean not null generated always as (is_gone(value)) stored;
alter table contribution add column is_gone boolean not null generated always as (is_gone(value)) stored;
