-- Named statements. {table}, {revisions} and {name} stand for one of the tables of records (sinks/store/statements.py).

-- name: migration_table
create table if not exists migration (name text primary key, applied_at timestamptz not null default now())

-- name: migrations
select name from migration order by name

-- name: note_migration
insert into migration (name) values (%(name)s) returning name

-- name: claim_partition
insert into offsets as o (consumer, topic, partition) values (%(consumer)s, %(topic)s, %(partition)s)
on conflict (consumer, topic, partition) do update set epoch = o.epoch + 1
returning position, epoch

-- name: move_offset (no row: another owner, or already written)
update offsets set position = %(following)s, committed_at = now()
where consumer = %(consumer)s and topic = %(topic)s and partition = %(partition)s
  and epoch = %(epoch)s and position <= %(first)s
returning position

-- name: incoming_table
create temp table if not exists incoming (
    position integer, table_name text, topic text, id text, revision bigint, value jsonb
) on commit delete rows

-- name: clear_incoming
truncate incoming

-- name: apply_values
with newer as (
    select i.* from incoming i left join {table} held on held.id = i.id
    where i.table_name = {name} and i.value is not null and (held.revision is null or held.revision < i.revision)
), written as (
    insert into {revisions} (id, revision, topic, value)
    select id, revision, topic, value from newer order by position
    on conflict (id, revision) where value is not null do nothing
    returning *
), current as (
    insert into {table} (id, revision, topic, value, sequence, recorded_at)
    select distinct on (id) id, revision, topic, value, sequence, recorded_at from written order by id, revision desc
    on conflict (id) do update set revision = excluded.revision, topic = excluded.topic, value = excluded.value,
        sequence = excluded.sequence, recorded_at = excluded.recorded_at
    where {table}.revision < excluded.revision
)
select (select count(*) from written) as changed,
       (select count(*) from incoming i join {table} held on held.id = i.id
        where i.table_name = {name} and i.value is not null and held.revision >= i.revision) as unchanged

-- name: apply_nulls (after the values: a null followed by a value in one batch removes nothing; what has moved to another topic
-- is gone from this one for its followers, and stays in the table)
with last as (
    select distinct on (id, topic) id, topic, value from incoming where table_name = {name} order by id, topic, position desc
), removed as (
    delete from {table} held using last where held.id = last.id and held.topic = last.topic and last.value is null
    returning held.id, held.revision, held.topic
), moved as (
    select was.id, was.revision, was.topic from last join {table} held on held.id = last.id and held.topic <> last.topic
    cross join lateral (select id, revision, topic from {revisions}
                        where id = last.id and topic = last.topic and value is not null order by revision desc limit 1) as was
    where last.value is null
), written as (
    insert into {revisions} (id, revision, topic, value)
    select id, revision, topic, null::jsonb from (select * from removed union all select * from moved) as gone returning 1
)
select (select count(*) from written) as changed,
       (select count(*) from incoming where table_name = {name} and value is null)
       - (select count(*) from written) as unchanged

-- name: close_letters (a null under stage|source|feed|record: a later state of the record was taken in; a letter that
-- follows it in the same batch stays open)
with nulls as (
    select id, max(position) as position from incoming where table_name = {name} and value is null group by id
), closed as (
    update {table} as letter set closed_at = clock_timestamp(), closed_because = 'superseded' from nulls
    where concat_ws('|', letter.stage, letter.source, letter.feed, letter.record) = nulls.id
      and (letter.closed_at is null or letter.closed_at < letter.recorded_at)
      and not exists (select 1 from incoming as later where later.table_name = {name} and later.value is not null
                      and later.id = letter.id and later.position > nulls.position)
    returning nulls.id
)
select (select count(distinct id) from closed) as changed,
       (select count(*) from incoming where table_name = {name} and value is null)
       - (select count(distinct id) from closed) as unchanged

-- name: tell_followers (when the transaction commits; %(channel)s has whoever waits for changes)
select pg_notify(%(channel)s, '')

-- name: open_refusals (what PostgreSQL could not hold: the sequence of such a letter is the refused revision)
select value->>'topic' as topic, value->>'key' as id, (value->>'sequence')::bigint as revision from dead_letter
where stage = 'store' and (closed_at is null or closed_at < recorded_at)

-- name: open_refusal_count
select count(*) as number from dead_letter where stage = 'store' and (closed_at is null or closed_at < recorded_at)

-- name: close_superseded
update dead_letter as letter set closed_at = now(), closed_because = 'superseded'
from unnest(%(topics)s::text[], %(ids)s::text[], %(revisions)s::bigint[]) as newer(topic, id, revision)
where letter.stage = 'store' and (letter.closed_at is null or letter.closed_at < letter.recorded_at)
  and letter.value->>'topic' = newer.topic and letter.value->>'key' = newer.id
  and newer.revision > (letter.value->>'sequence')::bigint
returning letter.id

-- name: make_key
insert into api_key (id, name, scope, digest) values (%(id)s, %(name)s, %(scope)s, %(digest)s) returning id

-- name: keys
select id, name, scope, made_at, revoked_at from api_key order by made_at, id

-- name: revoke_key
update api_key set revoked_at = coalesce(revoked_at, now()) where id = %(id)s returning id

-- name: key_digest
select digest, scope from api_key where id = %(id)s and revoked_at is null

-- name: audit_table (no row: there is none)
select 1 as there where to_regclass('audit_entry') is not null

-- name: last_audit_entry
select * from audit_entry order by seq desc limit 1

-- name: newest_audit_entries
select seq, at, actor, action, object, outcome, reason, previous, digest from audit_entry order by seq desc limit %(most)s

-- name: audit_entries
select * from audit_entry order by seq

-- name: add_audit_entry
insert into audit_entry values
    (%(seq)s, %(at)s, %(actor)s, %(action)s, %(object)s, %(outcome)s, %(reason)s, %(previous)s, %(digest)s)
returning seq

-- name: hub_state
select (select epoch from epoch) as epoch, (select max(committed_at) from offsets) as as_of

-- name: version (what everything that the portal shows depends on: one number a family, its newest change)
select (select epoch from epoch) as epoch, coalesce(sum(position), 0)::bigint as positions, max(committed_at) as as_of,
       (select coalesce(max(sequence), 0) from event_revision) as event,
       (select coalesce(max(sequence), 0) from listing_revision) as listing,
       (select coalesce(max(sequence), 0) from point_revision) as point,
       (select coalesce(max(sequence), 0) from contribution_revision) as contribution,
       (select coalesce(max(sequence), 0) from source_status_revision) as source_status,
       (select count(*) from release) as release, (select coalesce(max(number), 0) from vintage) as vintage
from offsets

-- name: all_listings (as text: the reader decodes straight into its record)
select id, sequence, value::text from listing

-- name: all_events
select id, sequence, value::text from event where state = 'current'

-- name: newest_change_of
select coalesce(max(sequence), 0) as sequence from {revisions}

-- name: changes_after
select sequence, id, value::text from {revisions} where sequence > %(after)s order by sequence limit %(limit)s

-- name: listings_by_id
select value from listing where id = any(%(ids)s)

-- name: newest_listings
select value from listing where kind = %(kind)s and state = any(%(states)s)
order by coalesce(value->>'posted_on', '') desc, id desc limit %(limit)s

-- name: listings_in_sitemap (whose hash begins with a digit)
select id, recorded_at, patent_number, organisation from listing
where kind = %(kind)s and state = any(%(states)s) and id like %(kind)s || ':' || %(digit)s || '%%' order by id limit %(limit)s

-- name: listing_counts
select kind, state, count(*) as number, bool_or((value->>'synthetic')::boolean) as synthetic from listing group by kind, state

-- name: event_counts
select kind, count(*) as number, bool_or((value->>'synthetic')::boolean) as synthetic from event
where state = 'current' group by kind

-- name: event_by_id
select value from event where id = %(id)s and kind = %(kind)s

-- name: events_by_id
select value from event where id = any(%(ids)s)

-- name: reported_figures (what offices published, as it stands)
select value from event where kind = 'reported-figure' and state = 'current' order by id

-- name: pledges_numbered (one event a patent)
select value from event where kind = 'pledge' and state = 'current' and value->'statement'->>'registration_number' = %(number)s
order by subject, id limit 1000

-- name: licences_numbered
select value from event where kind = 'licence' and state = 'current' and value->'statement'->>'recordal_number' = %(number)s
order by subject, id limit 1000

-- name: contracts_numbered (one event; its number is its subject)
select value from event where kind = 'contract' and state = 'current' and subject = 'contract:' || %(number)s
order by id limit 1000

-- name: events_page
select value, coalesce(occurred_on, '') as occurred, id from event
where kind = %(kind)s and state = any(%(states)s)
  and (%(subject)s::text is null or subject = %(subject)s)
  and (%(area)s::text is null or %(area)s = any(located))
  and (%(taker_area)s::text is null or %(taker_area)s = any(located))
  and (%(phase)s::text is null or phase = %(phase)s)
  and (%(since)s::text is null or occurred_on >= %(since)s)
  and (%(until)s::text is null or occurred_on <= %(until)s || '~')
  and (%(updated_since)s::timestamptz is null or recorded_at >= %(updated_since)s)
  and (%(occurred)s::text is null or (coalesce(occurred_on, ''), id) < (%(occurred)s, %(id)s))
order by coalesce(occurred_on, '') desc, id desc limit %(limit)s

-- name: events_total
select count(*) as total from event
where kind = %(kind)s and state = any(%(states)s)
  and (%(subject)s::text is null or subject = %(subject)s)
  and (%(area)s::text is null or %(area)s = any(located))
  and (%(taker_area)s::text is null or %(taker_area)s = any(located))
  and (%(phase)s::text is null or phase = %(phase)s)
  and (%(since)s::text is null or occurred_on >= %(since)s)
  and (%(until)s::text is null or occurred_on <= %(until)s || '~')
  and (%(updated_since)s::timestamptz is null or recorded_at >= %(updated_since)s)

-- name: gone (withdrawn and merged ones as they are, and those that a null took down and that did not come back)
select id, revision, state, reason, merged_into, sequence, recorded_at from (
    select id, revision, state, value->>'state_reason' as reason, value->>'merged_into' as merged_into, sequence, recorded_at
    from {table} where kind = any(%(kinds)s) and state in ('withdrawn', 'merged')
    union all
    select id, revision, 'taken_down', null, null, sequence, recorded_at from (
        select distinct on (id) * from {revisions} where value is null order by id, sequence desc) as removed
    where split_part(id, ':', 1) = any(%(kinds)s) and not exists (select 1 from {table} held where held.id = removed.id)
) as gone where recorded_at >= %(since)s::timestamptz and sequence > %(after)s order by sequence limit %(limit)s

-- name: gone_total
select (select count(*) from {table} where kind = any(%(kinds)s) and state in ('withdrawn', 'merged')
        and recorded_at >= %(since)s::timestamptz)
     + (select count(distinct id) from {revisions} removed where value is null and recorded_at >= %(since)s::timestamptz
        and split_part(id, ':', 1) = any(%(kinds)s) and not exists (select 1 from {table} held where held.id = removed.id))
       as total

-- name: newest_changes (of a topic; ``stands``: it is what holds now, ``is_gone``: a null took it down)
select seen.sequence, seen.id, seen.revision, seen.recorded_at, coalesce(held.sequence = seen.sequence, false) as stands,
       held.id is null and seen.is_null as is_gone
from (select sequence, id, revision, recorded_at, value is null as is_null from {revisions}
      where topic = %(topic)s and sequence < %(before)s order by sequence desc limit %(limit)s) as seen
left join {table} as held on held.id = seen.id order by seen.sequence desc

-- name: newest_taken_down
select seen.sequence, seen.id, seen.revision, seen.recorded_at from {revisions} as seen
where seen.value is null and seen.sequence < %(before)s and seen.sequence > %(after)s
  and not exists (select 1 from {table} as held where held.id = seen.id) order by seen.sequence desc limit %(limit)s

-- name: events_among
select id, value from event where id = any(%(ids)s)
  and (%(subject)s::text is null or subject = %(subject)s)
  and (%(area)s::text is null or %(area)s = any(located))
  and (%(taker_area)s::text is null or %(taker_area)s = any(located))
  and (%(phase)s::text is null or phase = %(phase)s)
  and (%(since)s::text is null or occurred_on >= %(since)s)
  and (%(until)s::text is null or occurred_on <= %(until)s || '~')
  and (%(updated_since)s::timestamptz is null or recorded_at >= %(updated_since)s)

-- name: newest_of_patent
select sequence, id, revision, recorded_at, value from (
    select sequence, id, revision, recorded_at, value from event
    where patents @> array[%(name)s] or subject = 'patent:' || %(name)s
    union all
    select sequence, id, revision, recorded_at, value from listing where patent_number = %(name)s) as held
where sequence < %(before)s order by sequence desc limit %(limit)s

-- name: newest_of_organisation
select sequence, id, revision, recorded_at, value from (
    select sequence, id, revision, recorded_at, value from event where organisations @> array[%(name)s]
    union all
    select sequence, id, revision, recorded_at, value from listing where organisation = %(name)s) as held
where sequence < %(before)s order by sequence desc limit %(limit)s

-- name: newest_points (of one figure)
select sequence, id, revision, recorded_at, value from point
where indicator = %(indicator)s and sequence < %(before)s
  and (select coalesce(array_agg(name order by name), '{}') from jsonb_object_keys(dimensions) as name) = %(names)s::text[]
  and dimensions @> %(held)s
  and (%(area)s::text is null or area = %(area)s)
  and (%(period)s::text is null or period = %(period)s)
  and (%(first)s::text is null or (period >= %(first)s and length(period) = length(%(first)s) and period <> 'current'))
  and (%(last)s::text is null or (period <= %(last)s and length(period) = length(%(last)s) and period <> 'current'))
order by sequence desc limit %(limit)s

-- name: revisions
select revision, recorded_at, value from {revisions} where id = %(id)s order by sequence

-- name: events_of_patent
select value from event where state <> 'merged' and (patents @> array[%(number)s] or subject = 'patent:' || %(number)s)
order by coalesce(occurred_on, '9999'), id

-- name: listings_of_patent
select value from listing where patent_number = %(number)s and state <> 'merged' order by id

-- name: titles (of patents, as offers and events call them)
select patent_number as number, max(value->>'title') as title from listing
where patent_number = any(%(numbers)s) and state <> 'merged' group by 1
union all
select split_part(subject, ':', 2), max(value->'statement'->>'title') from event
where subject = any(%(subjects)s) and state = 'current' and value->'statement'->>'title' is not null group by 1

-- name: events_of_organisation
select value from event where state <> 'merged' and organisations @> array[%(id)s]
order by coalesce(occurred_on, '') desc, id desc limit %(limit)s

-- name: listings_of_organisation
select value from listing where organisation = %(id)s and state <> 'merged'
order by coalesce(value->>'posted_on', '') desc, id desc limit %(limit)s

-- name: events_by_credit_code
select value from event where state <> 'merged' and credit_codes @> array[%(code)s]
order by coalesce(occurred_on, '') desc, id desc limit %(limit)s

-- name: listings_by_credit_code
select value from listing where value->'owner'->>'credit_code' = %(code)s and state <> 'merged' order by id limit %(limit)s

-- name: renames_from
select value from event where kind = 'legal-status' and state = 'current'
  and value->'statement'->'renamed_from' ?| %(names)s order by coalesce(occurred_on, '') desc, id desc limit %(limit)s

-- name: renames_to
select value from event where kind = 'legal-status' and state = 'current'
  and value->'statement'->'renamed_to' ?| %(names)s order by coalesce(occurred_on, '') desc, id desc limit %(limit)s

-- name: source_statuses
select value from source_status order by id

-- name: source_statuses_then
select value from (select distinct on (id) id, value from source_status_revision
                   where recorded_at <= %(as_of)s::timestamptz order by id, sequence desc) as then_held
where value is not null order by id

-- name: changes (with what stood before each; null: nothing did)
select seen.sequence, seen.topic, seen.id, seen.revision, seen.recorded_at, seen.value, former.value as former
from (select sequence, topic, id, revision, recorded_at, value from {revisions}
      where topic = %(topic)s and sequence > %(after)s order by sequence limit %(limit)s) as seen
left join lateral (select value from {revisions} as held where held.id = seen.id and held.sequence < seen.sequence
                   order by held.sequence desc limit 1) as former on true
order by seen.sequence

-- name: first_change_since
select min(sequence) as sequence from {revisions} where topic = %(topic)s and recorded_at >= %(since)s::timestamptz

-- name: standing (of a topic, everything that holds, in no order)
select id, revision, value from {table} where topic = %(topic)s

-- name: changes_total
select count(*) as total from {revisions} where topic = %(topic)s

-- name: last_change
select coalesce(max(sequence), 0) as sequence from {revisions} where topic = %(topic)s

-- name: indicators ({points}; the province's points name every dimension that any area has)
select p.indicator, max(p.value->>'label') as label, max(p.value->>'unit') as unit,
       max((p.value->>'def_version')::int) as def_version,
       min(p.period) filter (where length(p.period) = 7 and p.period <> 'current') as first_month,
       max(p.period) filter (where length(p.period) = 7 and p.period <> 'current') as last_month,
       bool_or(p.period = 'current') as stock,
       coalesce(array_agg(distinct name) filter (where name is not null), '{{}}') as dimensions,
       (array_agg(p.value order by p.period desc) filter (where p.area = '430000' and p.dimensions = '{{}}'
                                                          and (p.period = 'current' or length(p.period) = 4)))[1] as latest
from ({points}) as p
left join lateral jsonb_object_keys(case when p.area = '430000' then p.dimensions else '{{}}' end) as name on true
group by p.indicator order by p.indicator

-- name: points_everywhere
select indicator, value, area, dimensions, period from point

-- name: province_then (what was published of the province at an instant)
select value->>'indicator' as indicator, value, '430000' as area, coalesce(value->'dimensions', '{}') - 'area' as dimensions,
       value->>'period' as period
from (select distinct on (id) value from point_revision
      where coalesce(value->'dimensions'->>'area', '430000') = '430000' and value is not null and recorded_at <= %(as_of)s::timestamptz
      order by id, sequence desc) as then_held

-- name: points ({points}: the table, or what it held at an instant)
select value, area, dimensions::text as cut, period, count(*) over () as total
from ({points}) as p
where (dimensions = '{{}}') = (%(names)s::text[] = '{{}}')
  and (select coalesce(array_agg(name order by name), '{{}}') from jsonb_object_keys(dimensions) as name) = %(names)s::text[]
  and dimensions @> %(held)s
  and (%(area)s::text is null or area = %(area)s)
  and (%(period)s::text is null or period = %(period)s)
  and (%(first)s::text is null or (period >= %(first)s and length(period) = length(%(first)s) and period <> 'current'))
  and (%(last)s::text is null or (period <= %(last)s and length(period) = length(%(last)s) and period <> 'current'))
order by area, cut, period

-- name: points_now
select value, area, dimensions, period from point where indicator = %(indicator)s

-- name: observations_now
select value, recorded_at from point where indicator = %(indicator)s

-- name: observations_then
select value, recorded_at from (select distinct on (id) value, recorded_at from point_revision
      where value->>'indicator' = %(indicator)s and recorded_at <= %(as_of)s::timestamptz
      order by id, sequence desc) as then_held where value is not null

-- name: points_named
select id, value from point where id = any(%(ids)s)

-- name: points_named_then
select distinct on (id) id, value from point_revision
where id = any(%(ids)s) and value is not null and recorded_at <= %(as_of)s::timestamptz order by id, sequence desc

-- name: all_points (of every figure, or of one period)
select value from point where %(period)s::text is null or period = %(period)s order by id

-- name: points_until (of one period, as they were when that change was the newest)
select value from (select distinct on (id) id, value from point_revision
                   where sequence <= %(until)s and value->>'period' = %(period)s order by id, sequence desc) as then_held
order by id

-- name: newest_point_then (the newest change of a figure that was recorded by an instant)
select coalesce(max(sequence), 0) as sequence from point_revision where recorded_at <= %(as_of)s::timestamptz

-- name: points_revised (of periods that were over in a month: figures whose value is another after the second change than after the first)
select was.value as was, now.value as now, now.recorded_at
from (select distinct id from point_revision
      where sequence > %(since)s and sequence <= %(until)s and value->>'period' < left(%(month)s::text, length(value->>'period'))
        and (%(indicator)s::text is null or value->>'indicator' = %(indicator)s)
        and (%(area)s::text is null or coalesce(value->'dimensions'->>'area', '430000') = %(area)s)
        and (%(period)s::text is null or value->>'period' = %(period)s)
        and (not %(totals)s or coalesce(value->'dimensions', '{}') - 'area' = '{}')) as told
cross join lateral (select value, recorded_at, sequence from point_revision as r
                    where r.id = told.id and sequence <= %(until)s and value is not null order by sequence desc limit 1) as now
left join lateral (select value from point_revision as r
                   where r.id = told.id and sequence <= %(since)s and value is not null order by sequence desc limit 1) as was on true
where coalesce((was.value->>'value')::numeric, 0) <> coalesce((now.value->>'value')::numeric, 0)
order by now.sequence desc

-- name: newest_change
select greatest((select max(sequence) from point_revision), (select max(sequence) from contribution_revision), 0) as sequence

-- name: inputs_until (of each figure, the contributions that stood when that change was the newest: sinks.figures.release.Inputs)
select indicator, count(*) as contributions,
       encode(sha256(convert_to(string_agg(id || ' ' || revision || chr(10), '' order by id collate "C"), 'UTF8')), 'hex') as sha256
from (select distinct on (id) id, revision, value->>'indicator' as indicator from contribution_revision
      where sequence <= %(until)s order by id, sequence desc) as held
where indicator is not null group by indicator

-- name: keep_release
insert into release (id, period, made_at, manifest) values (%(id)s, %(period)s, %(made_at)s, %(manifest)s)
on conflict do nothing returning id

-- name: releases (the newest first)
select manifest from release where %(period)s::text is null or period = %(period)s order by made_at desc, id desc

-- name: release
select manifest from release where id = %(id)s

-- name: points_then
select value, coalesce(value->'dimensions'->>'area', '430000') as area,
       coalesce(value->'dimensions', '{}') - 'area' as dimensions, value->>'period' as period
from (select distinct on (id) value from point_revision
      where value->>'indicator' = %(indicator)s and recorded_at <= %(as_of)s::timestamptz
        and (%(period)s::text is null or split_part(id, ':', 3) = %(period)s) -- the end of the key; less to sort
      order by id, sequence desc) as then_held

-- name: contributions_now
select id, distinct_key, event, value from contribution where indicator = %(indicator)s

-- name: contributions_then
select id, value->>'distinct' as distinct_key, value->>'event' as event, value
from (select distinct on (id) id, value from contribution_revision
      where value->>'indicator' = %(indicator)s and recorded_at <= %(as_of)s::timestamptz
      order by id, sequence desc) as then_held

-- name: contributions_until (as they were when that change was the newest: unlike an instant, it cannot fall into a transaction)
select id, value->>'distinct' as distinct_key, value->>'event' as event, value
from (select distinct on (id) id, value from contribution_revision
      where value->>'indicator' = %(indicator)s and sequence <= %(until)s order by id, sequence desc) as then_held

-- name: counted (how each live contribution counts, by schemas.figures.Counting of its figure: on which day, with whose dimensions)
with live as (
    select id, value, distinct_key, event, value->'dimensions' as own, (value->>'occurred_on') collate "C" as day,
           coalesce(array_position(%(authorities)s::text[], value->>'authority'), 99) as rank
    from ({contributions}) as c where coalesce((value->>'live')::boolean, true)
), ordered as (
    select live.*, first_value(own) over earliest as first_own, first_value(day) over earliest as first_day,
           max(day) over key as last_day, bool_or(day is null) over key as undated
    from live window key as (partition by distinct_key),
                     earliest as (partition by distinct_key order by coalesce(day, ''), rank, event collate "C")
)
select id, value, distinct_key, event, rank,
       case %(rule)s when 'window' then own else first_own end as dimensions,
       case %(rule)s when 'window' then day when 'once' then first_day
                     when 'complete' then case when not undated then last_day end end as counts_on -- a stock has no day
from ordered

-- name: amounts (of a figure of money: what each distinct key adds, where and when; a key has one day, as it is never in a window)
select distinct on (distinct_key) distinct_key as key, event, dimensions, counts_on,
       ((value->'amount'->>'value')::numeric * 100)::bigint as fen
from ({counted}) as c where value->'amount'->>'value' is not null order by distinct_key, rank, event collate "C"

-- name: newest_money (when a contribution to these figures last changed)
select max(recorded_at) as at from contribution where indicator = any(%(indicators)s)

-- name: lists_are_read (no list waits for its first poll)
select count(*) > 0 and bool_and(value->>'state' <> 'waiting') as are_read from source_status

-- name: last_vintage
select number, at from vintage order by number desc limit 1

-- name: add_vintage
insert into vintage values (%(number)s, %(at)s) returning number

-- name: disclosed_amounts
select key, contributor, fen, part from disclosed_amount where family = %(family)s

-- name: forget_disclosed
delete from disclosed_amount where family = %(family)s returning key

-- name: shown_money (as of an instant, or as it stands)
select distinct on (cell) cell, value, at from shown_money join vintage on vintage.number = shown_money.vintage
where cell = any(%(cells)s::text[]) and (%(as_of)s::timestamptz is null or at <= %(as_of)s::timestamptz) order by cell, vintage desc

-- name: all_shown_money
select distinct on (cell) cell, value from shown_money order by cell, vintage desc

-- name: cells (one row a cell and window; a key counts once, its amount is the highest authority's; {cut}: the values it is spread over)
with windowed as (
    select w.period, distinct_key, dimensions, dimensions->>'area' as own_area, value->>'received_at' as received_at,
           bool_or(coalesce((value->>'synthetic')::boolean, false)) over behind as synthetic, count(*) over behind as number,
           first_value(((value->'amount'->>'value')::numeric * 100)::bigint)
               over (partition by w.period, distinct_key order by value->'amount' is null, rank, event collate "C") as fen
    from ({placed}) as w
    window behind as (partition by w.period, distinct_key)
), keys as (
    select period, each.area, cut.dimensions, distinct_key, max(number) as number, max(received_at) as received_at,
           bool_or(synthetic) as synthetic, max(fen) as fen
    from (select * from windowed where {fitting}) as fitting
    cross join lateral unnest(case when %(spread)s then array[own_area, '430000'] else array[%(area)s::text] end) as each(area)
    cross join lateral ({cut}) as cut
    where %(spread)s or %(area)s = '430000' or own_area = %(area)s
    group by period, each.area, cut.dimensions, distinct_key
)
select period, area, dimensions, dimensions::text as cut, count(*) as keys, count(fen) as keys_with_amount, sum(fen)::bigint as fen,
       sum(number)::bigint as contributions, max(received_at) as received_at, bool_or(synthetic) as synthetic
from keys group by period, area, dimensions order by area, cut, period

-- name: placed (in which of these windows each contribution counts)
select w.period, c.* from ({counted}) as c
join unnest(%(periods)s::text[], %(firsts)s::text[], %(lasts)s::text[]) as w(period, first, last)
  on w.first is null or (first_day(counts_on) >= w.first and last_day(counts_on) <= w.last)

-- name: standing_at_ends (what stood at the end of each of these windows: begun by then, and not ended; a key is where the earliest of those is)
select period, id, value, distinct_key, event, rank,
       first_value(own) over (partition by period, distinct_key order by day, rank, event collate "C") as dimensions
from (select w.period, id, value, distinct_key, event, value->'dimensions' as own, (value->>'occurred_on') collate "C" as day,
             coalesce(array_position(%(authorities)s::text[], value->>'authority'), 99) as rank
      from ({contributions}) as c
      join unnest(%(periods)s::text[], %(firsts)s::text[], %(lasts)s::text[]) as w(period, first, last)
        on last_day(value->>'occurred_on') <= w.last and (value->>'until' is null or last_day(value->>'until') > w.last)
      where coalesce((value->>'live')::boolean, true) or value->>'until' is not null) as stood

-- name: first_begun (the earliest day of a stock)
select min(first_day(value->>'occurred_on')) as day from ({contributions}) as c

-- name: cell_contributions (every contribution behind one cell)
select id, value, count(*) over () as total from ({placed}) as c
where {fitting} and (%(area)s = '430000' or dimensions->>'area' = %(area)s)
order by id

-- name: cut (one object a combination: a contribution with several values of a dimension, joined by ;, counts in each)
select jsonb_build_object({pairs}) as dimensions from {values}

-- name: cut_pair
{dimension}::text, {value}

-- name: cut_values
unnest(string_to_array(coalesce(nullif(dimensions->>{dimension}, ''), 'unknown'), ';')) as {value}

-- name: uncut
select '{}'::jsonb as dimensions

-- name: fitting (a contribution with several values of a dimension, joined by ;, has each of them)
not exists (select 1 from jsonb_each_text(%(held)s) as h(name, wanted)
            where h.wanted <> all(string_to_array(coalesce(dimensions->>h.name, ''), ';')))

-- name: held_by_id
select 'event' as family, value from event where id = %(id)s
union all select 'listing', value from listing where id = %(id)s

-- name: held_by_id_then
select 'event' as family, value from (select value from event_revision
    where id = %(id)s and recorded_at <= %(as_of)s::timestamptz order by sequence desc limit 1) as e
union all select 'listing', value from (select value from listing_revision
    where id = %(id)s and recorded_at <= %(as_of)s::timestamptz order by sequence desc limit 1) as l

-- name: held_by_record
select id, 'event' as family, value from event
where value->'sources' @> jsonb_build_array(jsonb_build_object('source', %(source)s::text, 'feed', %(feed)s::text, 'record', %(record)s::text))
union all select id, 'listing', value from listing
where value->'sources' @> jsonb_build_array(jsonb_build_object('source', %(source)s::text, 'feed', %(feed)s::text, 'record', %(record)s::text))

-- name: contributions_of
select value from contribution where event = %(id)s order by id

-- name: point_by_key
select value from point where id = %(id)s

-- name: dead_letters (one that was refused again after it was closed is open)
select id, stage, reason, source, feed, record, recorded_at, closed_because,
       case when closed_at > recorded_at then closed_at end as closed_at from dead_letter
where (%(everything)s or closed_at is null or closed_at < recorded_at)
  and (%(source)s::text is null or source = %(source)s) and (%(reason)s::text is null or reason = %(reason)s)
order by sequence limit %(limit)s

-- name: open_letters
select count(*) as number from dead_letter where closed_at is null or closed_at < recorded_at

-- name: dead_letter
select revision, value from dead_letter where id = %(id)s

-- name: open_dead_letters
select revision, value from dead_letter
where (closed_at is null or closed_at < recorded_at) and (%(source)s::text is null or source = %(source)s)
  and (%(reason)s::text is null or reason = %(reason)s)
order by sequence limit %(limit)s

-- name: close_dead_letter (unless it was refused again in the meantime)
update dead_letter set closed_at = now(), closed_because = %(because)s
where id = %(id)s and revision = %(revision)s and (closed_at is null or closed_at < recorded_at) returning id

-- name: held_revisions
select id, revision, is_gone from {table} where topic = %(topic)s

-- name: all_of_table
select id, value from {table}

-- name: held_revision
select id, revision, is_gone from {table} where id = %(id)s

-- name: letter_counts
select stage, reason, source, count(*) filter (where closed_at is null or closed_at < recorded_at) as open,
       count(*) filter (where closed_at > recorded_at) as closed, max(recorded_at) as newest_at
from dead_letter group by stage, reason, source order by open desc, stage, reason, source

-- name: area_gaps (prefectures and 其他 less the province, in the newest year or stock, of figures that sum over areas)
with newest as (
    select indicator, max(period) as period from point
    where area = '430000' and dimensions = '{}' and (period = 'current' or length(period) = 4)
      and indicator = any(%(indicators)s) group by indicator
)
select p.indicator, sum(case when p.area = '430000' then -1 else 1 end * (p.value->>'value')::numeric) as gap
from newest join point p on p.indicator = newest.indicator and p.period = newest.period and p.dimensions = '{}'
group by p.indicator order by p.indicator

-- name: reached
select topic, sum(position)::bigint as position, max(committed_at) as committed_at
from offsets where consumer = 'store' group by topic order by topic

-- name: positions (where the tables stand on each topic)
select topic, partition, position from offsets where consumer = %(consumer)s

-- name: digest (order-free: what holds on each topic of a table; sinks/store/audit.py weighs the topics alike)
select topic, count(*) as number,
       sum(('x' || left(encode(sha256(convert_to(id || '|' || revision, 'UTF8')), 'hex'), 15))::bit(60)::bigint) as digest
from {table} where not is_gone group by topic

-- name: owners (who may write which partition)
select topic, partition, epoch from offsets where consumer = %(consumer)s

-- name: written_columns (generated ones are not written)
select table_name, column_name from information_schema.columns join information_schema.tables using (table_schema, table_name)
where table_schema = current_schema() and table_type = 'BASE TABLE' and is_generated = 'NEVER'
order by table_name, ordinal_position

-- name: sequences
select sequencename as name, coalesce(last_value + increment_by, start_value) as following
from pg_sequences where schemaname = current_schema() order by sequencename

-- name: truncate
truncate {tables}

-- name: any_row
select 1 as found from {table} limit 1

-- name: set_aside (a table as it is here, until the transaction ends)
create temp table {aside} on commit drop as select * from {table}

-- name: vintages_told_since (those told here and not in what was put back; ``others``: in that and never told here, another history)
select count(*) filter (where put_back.number is null) as since, count(*) filter (where here.number is null) as others
from aside_vintage as here full join vintage as put_back using (number, at)

-- name: put_back
insert into {table} select * from {aside}

-- name: restart_sequence (within the transaction: setval would outlive a rollback)
alter sequence {sequence} restart with {number}

-- name: fence_owners (after a restore: whoever wrote before it reads on from a place that no longer is)
insert into offsets (consumer, topic, partition, epoch) select consumer, topic, partition, epoch + 1 from owned
on conflict (consumer, topic, partition) do update set epoch = greatest(offsets.epoch, excluded.epoch) + 1
returning topic

-- name: new_epoch
update epoch set epoch = left(replace(gen_random_uuid()::text, '-', ''), 8) returning epoch
