-- Named statements; `FAMILY` stands for event, listing, point, contribution, source_status, dead_letter.

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
    position integer, family text, topic text, id text, revision bigint, value jsonb
) on commit delete rows

-- name: apply_values
with newer as (
    select i.* from incoming i left join FAMILY held on held.id = i.id
    where i.family = 'FAMILY' and i.value is not null and (held.revision is null or held.revision < i.revision)
), kept as (
    insert into FAMILY_revision (id, revision, topic, value)
    select id, revision, topic, value from newer order by position
    on conflict (id, revision) where value is not null do nothing
    returning *
), current as (
    insert into FAMILY (id, revision, topic, value, sequence, recorded_at)
    select distinct on (id) id, revision, topic, value, sequence, recorded_at from kept order by id, revision desc
    on conflict (id) do update set revision = excluded.revision, topic = excluded.topic, value = excluded.value,
        sequence = excluded.sequence, recorded_at = excluded.recorded_at
    where FAMILY.revision < excluded.revision
)
select (select count(*) from kept) as applied,
       (select count(*) from incoming i join FAMILY held on held.id = i.id
        where i.family = 'FAMILY' and i.value is not null and held.revision >= i.revision) as stale

-- name: apply_nulls (after the values: a null followed by a value in one batch is no farewell)
with last as (
    select distinct on (id) id, topic, value from incoming where family = 'FAMILY' order by id, position desc
), removed as (
    delete from FAMILY held using last where held.id = last.id and last.value is null
    returning held.id, held.revision, held.topic
), kept as (
    insert into FAMILY_revision (id, revision, topic, value) select id, revision, topic, null from removed returning 1
)
select (select count(*) from kept) as gone,
       (select count(*) from incoming where family = 'FAMILY' and value is null) - (select count(*) from kept) as skipped

