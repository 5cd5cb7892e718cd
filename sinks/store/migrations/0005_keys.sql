-- Who may read what is of class shared. The digest is SHA-256 of the key's text, which is kept nowhere.
create table api_key (
    id text primary key,
    name text not null,
    scope text not null check (scope in ('shared')),
    digest text not null,
    made_at timestamptz not null default now(),
    revoked_at timestamptz
);
