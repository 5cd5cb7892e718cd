-- An entry of a B-tree is at most 2,704 bytes long. A column with text of a platform gets an index by hash, which has no
-- such limit; all of them are asked for equality alone.
drop index event_by_subject;
create index event_by_subject on event using hash (subject);
drop index listing_by_patent;
create index listing_by_patent on listing using hash (patent_number);
drop index contribution_by_event;
create index contribution_by_event on contribution using hash (event);
drop index contribution_by_indicator;
create index contribution_by_indicator on contribution (indicator);

-- Nor an entry of a GIN index: what is longer than any patent number is not indexed whole.
create or replace function patents(value jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct left(patent #>> '{}', 64)), '{}')
    from jsonb_path_query(value, '$.statement.patents[*]') as patent
$$;

-- Records that PostgreSQL could not hold: letters of the stage `store`, looked through while any is open.
create index dead_letter_of_store on dead_letter (id) where stage = 'store';
