-- The read model: what the public topics say up to the positions in `offsets`, every revision kept.
-- A family is two tables of one shape, `event` and `event_revision`: what holds now, and everything that ever held here.
-- Columns besides that shape are read from the value by the database itself, so that they cannot disagree with it.

-- Changes are numbered in the order in which they become visible: writers take an advisory lock before their first
-- number (store.py), so a follower that has seen number n has seen every number below it. This survives dump and restore,
-- which a watermark of transaction ids does not.
create sequence change_sequence;

-- A follower's place is epoch and number; a restored database gets a new epoch, and followers start from a snapshot.
create table epoch (epoch text not null);
insert into epoch values (left(replace(gen_random_uuid()::text, '-', ''), 8));

create table offsets (
    consumer text not null,
    topic text not null,
    partition integer not null,
    position bigint not null default 0,
    epoch bigint not null default 1,
    committed_at timestamptz not null default now(),
    primary key (consumer, topic, partition)
);

-- The parties of an event that have a public id; natural persons have none. The hash is schemas.listing.organisation_id.
create function organisations(value jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct 'org:' || left(encode(sha256(
        convert_to(octet_length(party->>'key') || ':' || (party->>'key'), 'UTF8')), 'hex'), 20)), '{}')
    from jsonb_path_query(value, '$.statement.*[*] ? (exists(@.key) && exists(@.name))') as party
    where party->>'key' is not null and coalesce(party->>'party_type', 'unknown') <> 'individual'
$$;

-- Province and prefectures (in Hunan: 430000 and 4301…4331) in which an event's parties have their seat.
create function areas(value jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct area), '{}')
    from jsonb_path_query(value, '$.statement.*[*] ? (exists(@.key)).region') as region,
         lateral (values (left(region #>> '{}', 2) || '0000'), (left(region #>> '{}', 4) || '00')) as each(area)
    where area is not null
$$;

create function patents(value jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct patent #>> '{}'), '{}') from jsonb_path_query(value, '$.statement.patents[*]') as patent
$$;

create table event (
    id text primary key, revision bigint not null, topic text not null, value jsonb not null,
    sequence bigint not null, recorded_at timestamptz not null,
    kind text not null generated always as (value->>'kind') stored,
    subject text not null generated always as (value->>'subject') stored,
    phase text generated always as (value->>'phase') stored,
    state text not null generated always as (coalesce(value->>'state', 'current')) stored,
    occurred_on text generated always as (value->>'occurred_on') stored,
    patents text[] not null generated always as (patents(value)) stored,
    organisations text[] not null generated always as (organisations(value)) stored,
    areas text[] not null generated always as (areas(value)) stored
);
create index event_by_kind on event (kind, state, coalesce(occurred_on, '') desc, id desc);
create index event_by_subject on event (subject);
create index event_by_patent on event using gin (patents);
create index event_by_organisation on event using gin (organisations);

create table listing (
    id text primary key, revision bigint not null, topic text not null, value jsonb not null,
    sequence bigint not null, recorded_at timestamptz not null,
    kind text not null generated always as (value->>'kind') stored,
    state text not null generated always as (value->>'state') stored,
    patent_number text generated always as (value->>'patent_number') stored,
    organisation text generated always as (value->'owner'->>'organisation_id') stored
);
create index listing_by_patent on listing (patent_number);
create index listing_by_organisation on listing (organisation);

create table point (
    id text primary key, revision bigint not null, topic text not null, value jsonb not null,
    sequence bigint not null, recorded_at timestamptz not null,
    indicator text not null generated always as (value->>'indicator') stored,
    period text not null generated always as (value->>'period') stored,
    area text not null generated always as (coalesce(value->'dimensions'->>'area', '430000')) stored,
    dimensions jsonb not null generated always as (coalesce(value->'dimensions', '{}'::jsonb) - 'area') stored
);
create index point_by_indicator on point (indicator, period, area);

create table contribution (
    id text primary key, revision bigint not null, topic text not null, value jsonb not null,
    sequence bigint not null, recorded_at timestamptz not null,
    indicator text not null generated always as (value->>'indicator') stored,
    distinct_key text not null generated always as (value->>'distinct') stored,
    event text not null generated always as (value->>'event') stored
);
create index contribution_by_indicator on contribution (indicator, distinct_key);
create index contribution_by_event on contribution (event);

create table source_status (
    id text primary key, revision bigint not null, topic text not null, value jsonb not null,
    sequence bigint not null, recorded_at timestamptz not null
);

create table dead_letter (
    id text primary key, revision bigint not null, topic text not null, value jsonb not null,
    sequence bigint not null, recorded_at timestamptz not null,
    stage text not null generated always as (value->>'stage') stored,
    reason text not null generated always as (value->>'reason') stored,
    source text generated always as (value->>'source') stored,
    feed text generated always as (value->>'feed') stored,
    record text generated always as (value->>'record') stored,
    closed_at timestamptz,
    closed_because text
);
create index dead_letter_open on dead_letter (sequence) where closed_at is null;

-- `value` null: taken down with a null on the topic.
create table event_revision (
    sequence bigint primary key default nextval('change_sequence'),
    id text not null, revision bigint not null, topic text not null, value jsonb,
    recorded_at timestamptz not null default now()
);
create table listing_revision (like event_revision including all);
create table point_revision (like event_revision including all);
create table contribution_revision (like event_revision including all);
create table source_status_revision (like event_revision including all);
create table dead_letter_revision (like event_revision including all);

create unique index event_revision_once on event_revision (id, revision) where value is not null;
create unique index listing_revision_once on listing_revision (id, revision) where value is not null;
create unique index point_revision_once on point_revision (id, revision) where value is not null;
create unique index contribution_revision_once on contribution_revision (id, revision) where value is not null;
create unique index source_status_revision_once on source_status_revision (id, revision) where value is not null;
create unique index dead_letter_revision_once on dead_letter_revision (id, revision) where value is not null;

create index event_revision_by_topic on event_revision (topic, sequence);
create index listing_revision_by_topic on listing_revision (topic, sequence);
create index point_revision_by_indicator on point_revision ((value->>'indicator'), id, sequence);
create index contribution_revision_by_indicator on contribution_revision ((value->>'indicator'), id, sequence);
