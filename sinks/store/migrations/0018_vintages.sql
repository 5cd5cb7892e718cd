-- Sums of money as readers without a key see them: at set times, and never one that tells a firm's amount (docs/figures.md#suppression).
create table vintage (
    number integer primary key,
    at timestamptz not null
);

-- A cell has a row for each vintage that gave it another value; one without any is withheld.
create table shown_money (
    cell text not null,
    vintage integer not null,
    value text not null,
    primary key (cell, vintage)
);

-- What readers can know of single amounts at most: the parts of schemas/figures/disclosure.py, of every vintage so far.
create table disclosed_amount (
    family text not null,
    key text not null,
    contributor text not null,
    fen bigint not null,
    part integer not null,
    primary key (family, key, contributor, fen)
);
