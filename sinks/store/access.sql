-- name: add_account
insert into account (name, role, password, totp, made_at) values (%(name)s, %(role)s, %(password)s, %(totp)s, %(now)s)
on conflict (name) do nothing returning name

-- name: accounts
select name, role, made_at, disabled_at from account order by made_at, name

-- name: any_account
select 1 as found from account where disabled_at is null limit 1

-- name: account_secrets
select role, password, totp, totp_used from account where name = %(name)s and disabled_at is null

-- name: use_code (twice at once is once)
update account set totp_used = %(step)s where name = %(name)s and totp_used < %(step)s returning name

-- name: disable_account
update account set disabled_at = coalesce(disabled_at, %(now)s) where name = %(name)s returning name

-- name: reset_account (enables it too)
update account set password = %(password)s, totp = %(totp)s, totp_used = 0, disabled_at = null where name = %(name)s returning name

-- name: begin_session
insert into session (digest, actor, account, role, csrf, made_at, seen_at)
values (%(digest)s, %(actor)s, %(account)s, %(role)s, %(csrf)s, %(now)s, %(now)s) returning digest

-- name: session (of a local account with the role that it has now)
select s.digest, s.actor, coalesce(a.role, s.role) as role, s.csrf, s.seen_at
from session s left join account a on a.name = s.account
where s.digest = %(digest)s and s.seen_at > %(idle_since)s and s.made_at > %(begun_since)s
  and (s.account is null or (a.name is not null and a.disabled_at is null))

-- name: see_session
update session set seen_at = %(now)s where digest = %(digest)s returning digest

-- name: end_session
delete from session where digest = %(digest)s returning actor

-- name: end_sessions_of
delete from session where account = %(account)s returning digest

-- name: end_old_sessions
delete from session where seen_at <= %(idle_since)s or made_at <= %(begun_since)s returning digest

-- name: tries_of (locked: of several tries at once each sees the one before it)
select what, tries, last_at from sign_in_try where what = any(%(what)s) order by what for update

-- name: count_try
insert into sign_in_try as kept (what, tries, last_at) values (%(what)s, 1, %(now)s)
on conflict (what) do update set tries = kept.tries + 1, last_at = %(now)s returning tries

-- name: forget_tries
delete from sign_in_try where what = %(what)s returning what

-- name: forget_old_tries
delete from sign_in_try where last_at <= %(before)s returning what

-- name: begin_journey
insert into sign_in_journey (digest, nonce, verifier, made_at) values (%(digest)s, %(nonce)s, %(verifier)s, %(now)s) returning digest

-- name: end_journey
delete from sign_in_journey where digest = %(digest)s returning nonce, verifier, made_at

-- name: forget_old_journeys
delete from sign_in_journey where made_at <= %(before)s returning digest
