-- Where the parties of each role are: role|area for the province, the prefecture and the county. Of several parties in a role
-- it is the first in Hunan, as figures count (schemas/figures/dimensions.py: area); OTHER: in Hunan, prefecture unknown. A role
-- is the name of its field, so that a new kind needs no change here.
create function located(value jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct role || '|' || area), '{}')
    from (select field.key as role, (
              select party->>'region' from jsonb_array_elements(field.value) with ordinality as each(party, place)
              where party->>'key' is not null and party->>'region' is not null
              order by party->>'region' like '43%' desc, place limit 1) as region
          from jsonb_each(case when jsonb_typeof(value->'statement') = 'object' then value->'statement' else '{}' end) as field
          where jsonb_typeof(field.value) = 'array') as roles,
         lateral (values (left(region, 2) || '0000'),
                         (case when region = '430000' then 'OTHER' when right(region, 4) <> '0000' then left(region, 4) || '00' end),
                         (case when right(region, 2) <> '00' then region end)) as at(area)
    where area is not null
$$;
alter table event drop column areas;
drop function areas(jsonb);
alter table event add column located text[] not null generated always as (located(value)) stored;

-- By which an organisation is found besides its name: the credit codes of an event's parties, and names that the register changed.
create function credit_codes(value jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct code #>> '{}'), '{}')
    from jsonb_path_query(value, '$.statement.*[*] ? (exists(@.key)).credit_code') as code where code #>> '{}' is not null
$$;
alter table event add column credit_codes text[] not null generated always as (credit_codes(value)) stored;
create index event_by_credit_code on event using gin (credit_codes);
create index listing_by_credit_code on listing using hash ((value->'owner'->>'credit_code'));
create index event_by_former_name on event using gin ((value->'statement'->'renamed_from')) where kind = 'legal-status';
create index event_by_new_name on event using gin ((value->'statement'->'renamed_to')) where kind = 'legal-status';

-- What a null took down.
create index event_revision_taken_down on event_revision (sequence) where value is null;
create index listing_revision_taken_down on listing_revision (sequence) where value is null;
