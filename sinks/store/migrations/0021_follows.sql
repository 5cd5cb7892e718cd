-- Who follows something by mail. Of the address there is a keyed mark, which tells addresses apart, and a sealed form, which only the
-- key outside of the database opens. A row is deleted when its reader stops, or did not confirm in time.
create table follow (
    id text primary key,
    mark text not null,
    address text not null,
    about text not null,
    lang text not null check (lang in ('zh', 'en')),
    every_days integer not null check (every_days > 0),
    state text not null default 'unconfirmed' check (state in ('unconfirmed', 'active')),
    sender text not null default '',
    place bigint not null default 0,
    made_at timestamptz not null,
    next_at timestamptz not null
);
create index follow_by_mark on follow (mark);
create index follow_by_sender on follow (sender, made_at) where state = 'unconfirmed';
create index follow_in_order on follow (state, next_at, id);

-- Mails that wait to be handed to the mail server; one that it took is deleted.
create table letter (
    id text primary key,
    follow text not null,
    address text not null,
    subject text not null,
    body text not null,
    unsubscribe text not null default '',
    made_at timestamptz not null,
    next_at timestamptz not null default now(),
    attempts integer not null default 0,
    problem text,
    lease integer not null default 0,
    leased_until timestamptz not null default '-infinity'
);
create index letter_in_order on letter (next_at, id);
create index letter_by_follow on letter (follow);
