-- Figures that a bureau signed: what of the numbered changes they hold, and their digest. The cells themselves are in the revisions.
create table release (
    id text primary key,
    period text not null,
    made_at timestamptz not null,
    manifest jsonb not null
);
create index release_by_period on release (period, made_at);
