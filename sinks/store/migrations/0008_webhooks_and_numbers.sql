-- Webhooks: who is told of which topics, where, and up to which change messages are in the queue. The secret is text, because
-- the hub signs with it. A receiver's wait, failures and lease are of the receiver, not of one message.
create table webhook (
    id text primary key,
    key text not null,
    url text not null,
    topics text[] not null,
    secret text not null,
    former_secret text,
    former_until timestamptz,
    challenge text not null,
    place bigint not null,
    state text not null default 'unverified' check (state in ('unverified', 'active', 'disabled')),
    reason text,
    made_at timestamptz not null default now(),
    failures integer not null default 0,
    failing_since timestamptz,
    next_at timestamptz not null default now(),
    lease bigint not null default 0,
    leased_until timestamptz not null default '-infinity'
);
create index webhook_by_key on webhook (key);

-- One message: that a record has a new revision. What waits goes to the receiver in this order.
create table webhook_delivery (
    webhook text not null,
    id text not null,
    sequence bigint not null,
    topic text not null,
    record text not null,
    revision bigint not null,
    record_state text,
    recorded_at timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
    attempts integer not null default 0,
    next_at timestamptz not null default now(),
    tried_at timestamptz,
    status integer,
    problem text,
    primary key (webhook, id)
);
create index webhook_delivery_in_order on webhook_delivery (webhook, sequence);
create index webhook_delivery_waiting on webhook_delivery (webhook, record, sequence) where state = 'waiting';

-- A pledge or a licence over several patents is an event a patent; its number finds all of them.
create index event_by_pledge_number on event using hash ((value->'statement'->>'registration_number')) where kind = 'pledge';
create index event_by_licence_number on event using hash ((value->'statement'->>'recordal_number')) where kind = 'licence';
