-- What persons did by command: who, when, what, and how it ended. Entries are added and never changed; each has the digest of
-- the one before it, so that a change behind the database's back is found by `tongda audit verify`.
create table audit_entry (
    seq bigint primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    object text not null,
    outcome text not null,
    reason text not null,
    previous text not null,
    digest text not null
);

create function audit_entry_stays() returns trigger language plpgsql as $$
begin
    raise exception 'audit_entry is only added to';
end $$;

create trigger audit_entry_stays before update or delete or truncate on audit_entry
    for each statement execute function audit_entry_stays();
