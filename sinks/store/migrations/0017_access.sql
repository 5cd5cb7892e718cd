-- Who signs in at the operator's listener. A password is held as its Argon2id digest, a session by the digest of its cookie.
create table account (
    name text primary key,
    role text not null,
    password text not null,
    totp text not null,
    totp_used bigint not null default 0,  -- the newest half minute whose code was taken: a code opens once
    made_at timestamptz not null,
    disabled_at timestamptz
);

create table session (
    digest text primary key,
    actor text not null,
    account text,  -- null: signed in at the identity provider
    role text not null,
    csrf text not null,
    made_at timestamptz not null,
    seen_at timestamptz not null
);

-- Tries to sign in that did not end well, by account and by address: each makes the next one wait longer.
create table sign_in_try (
    what text primary key,
    tries integer not null,
    last_at timestamptz not null
);

-- Who is on the way to the identity provider and back.
create table sign_in_journey (
    digest text primary key,
    nonce text not null,
    verifier text not null,
    made_at timestamptz not null
);
