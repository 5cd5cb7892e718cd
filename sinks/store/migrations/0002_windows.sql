-- A recorded date keeps its precision (2025-03-09, 2025-03, 2025-Q1, 2025-H1, 2025); it lies in a window when all of it does.
-- Days are compared as text, so a month may end on its 31st.
create function first_day(recorded text) returns text language sql immutable parallel safe as $$
    select case when recorded ~ '^\d{4}$' then recorded || '-01-01'
                when recorded like '%-Q_' then left(recorded, 5) || lpad((right(recorded, 1)::int * 3 - 2)::text, 2, '0') || '-01'
                when recorded like '%-H_' then left(recorded, 5) || lpad((right(recorded, 1)::int * 6 - 5)::text, 2, '0') || '-01'
                when length(recorded) = 7 then recorded || '-01'
                else recorded end
$$;
create function last_day(recorded text) returns text language sql immutable parallel safe as $$
    select case when recorded ~ '^\d{4}$' then recorded || '-12-31'
                when recorded like '%-Q_' then left(recorded, 5) || lpad((right(recorded, 1)::int * 3)::text, 2, '0') || '-31'
                when recorded like '%-H_' then left(recorded, 5) || lpad((right(recorded, 1)::int * 6)::text, 2, '0') || '-31'
                when length(recorded) = 7 then recorded || '-31'
                else recorded end
$$;
