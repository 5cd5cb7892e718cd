-- A contribution that has ended on a day counts at the ends of the periods before: it is not gone (schemas/records/validity.py).
create or replace function is_gone(value jsonb) returns boolean language sql immutable parallel safe as $$
    select case when value->>'state' = 'withdrawn' then coalesce(value->'state_reason', '"absent"') = '"absent"'
                else (coalesce(value->'live' = 'false', false) and value->>'until' is null)
                     or coalesce(value->'contributions' = '0', false) end
$$;
