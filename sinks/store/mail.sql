-- Named statements of mail (sinks/mail).

-- name: lock_follows (one new follow at a time, so that they are counted)
select pg_advisory_xact_lock(%(lock)s)

-- name: follow_counts (what the limits are about)
select count(*) filter (where state = 'unconfirmed') as unconfirmed,
       count(*) filter (where sender = %(sender)s and sender <> '' and made_at > %(since)s) as of_sender,
       count(*) filter (where mark = %(mark)s) as of_address,
       count(*) filter (where mark = %(mark)s and state = 'unconfirmed') as unconfirmed_of_address,
       coalesce(bool_or(id = %(id)s), false) as is_known
from follow
where (state = 'active' or next_at > %(at)s)
  and (state = 'unconfirmed' or mark = %(mark)s or (sender = %(sender)s and made_at > %(since)s))

-- name: add_follow
insert into follow (id, mark, address, about, lang, every_days, sender, made_at, next_at)
values (%(id)s, %(mark)s, %(address)s, %(about)s, %(lang)s, %(every_days)s, %(sender)s, %(at)s, %(until)s)

-- name: confirm_follow (from the newest change on)
update follow set state = 'active', sender = '', place = %(place)s, next_at = %(at)s
where id = %(id)s and state = 'unconfirmed' and next_at > %(at)s returning id

-- name: remove_follow
delete from follow where id = %(id)s returning id

-- name: remove_letters_of_follow
delete from letter where follow = %(id)s

-- name: forget_unconfirmed_follows (with their letters)
with gone as (delete from follow where state = 'unconfirmed' and next_at <= %(at)s returning id)
delete from letter where follow in (select id from gone)

-- name: follows (the oldest first)
select id, about, lang, every_days, state, place, made_at, next_at, mark, address from follow
where (%(id)s::text is null or id = %(id)s) order by made_at, id limit %(limit)s

-- name: due_follows (whose turn is longest ago first; of those that the store has nothing new for, none)
select id, about, lang, every_days, state, place, made_at, next_at, mark, address from follow
where state = 'active' and next_at <= %(at)s and place <> %(newest)s order by next_at, id limit %(limit)s

-- name: move_follow (no row: another process told it, or it was stopped)
update follow set place = %(place)s, next_at = %(next_at)s
where id = %(id)s and state = 'active' and place = %(before)s returning id

-- name: add_letter (one that waits already is not written again)
insert into letter (id, follow, address, subject, body, unsubscribe, made_at)
values (%(id)s, %(follow)s, %(address)s, %(subject)s, %(body)s, %(unsubscribe)s, %(at)s) on conflict (id) do nothing

-- name: claim_letters (those that wait longest first)
update letter set lease = lease + 1, leased_until = now() + %(seconds)s * interval '1 second'
where id in (select id from letter where next_at <= now() and leased_until <= now()
             order by next_at, id limit %(limit)s for update skip locked)
returning id, follow, address, subject, body, unsubscribe, made_at, attempts, lease

-- name: letter_taken (no row: another process claimed it meanwhile, or its reader stopped)
delete from letter where id = %(id)s and lease = %(lease)s returning id

-- name: letter_waits
update letter set attempts = %(attempts)s, problem = %(problem)s, leased_until = now(),
    next_at = now() + %(wait)s * interval '1 second'
where id = %(id)s and lease = %(lease)s returning id

-- name: waiting_letters
select count(*) as waiting, count(*) filter (where next_at <= now() and leased_until <= now()) as due from letter
