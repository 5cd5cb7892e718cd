-- What people send to the desk by a form: a demand or an offer to be posted, interest in a listing, an error that they report.
-- Of the form's token and of the secret of the manage link only digests are kept, of the sender's address a keyed one; the
-- contact is for the desk alone, and is forgotten with the sender some time after the request has ended.
create table desk_submission (
    id text primary key,
    kind text not null check (kind in ('post', 'interest', 'report')),
    state text not null default 'pending'
        check (state in ('pending', 'changes', 'approved', 'refused', 'withdrawn', 'closed')),
    token text not null unique,
    manage text not null unique,
    content jsonb not null,
    about text not null default '',
    contact text,
    organisation text not null default '',
    sender text not null default '',
    reason text not null default '',
    version integer not null default 1,
    made_at timestamptz not null,
    updated_at timestamptz not null,
    published_on date,
    valid_until date
);
create index desk_submission_in_order on desk_submission (state, made_at, id);
create index desk_submission_by_sender on desk_submission (sender, made_at);
create index desk_submission_published on desk_submission (published_on, made_at, id) where published_on is not null;

-- With it forms are signed and senders told apart; every process of the portal reads the same.
create table desk_secret (secret text not null);
insert into desk_secret values (gen_random_uuid()::text || gen_random_uuid()::text);
