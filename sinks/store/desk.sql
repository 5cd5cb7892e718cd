-- Named statements of the desk (sinks/desk).

-- name: desk_secret
select secret from desk_secret

-- name: lock_desk (one new request at a time, so that they are counted)
select pg_advisory_xact_lock(%(lock)s)

-- name: desk_by_token
select id from desk_submission where token = %(token)s

-- name: desk_counts (what the limits are about)
select count(*) filter (where kind = %(kind)s and state in ('pending', 'changes')) as waiting,
       count(*) filter (where sender = %(sender)s and made_at > %(since)s) as of_sender,
       count(*) filter (where organisation = %(organisation)s and organisation <> '' and kind = %(kind)s
                        and made_at > %(since)s) as of_organisation
from desk_submission where state in ('pending', 'changes') or made_at > %(since)s

-- name: add_desk_submission
insert into desk_submission (id, kind, token, manage, content, about, contact, organisation, sender, made_at, updated_at)
values (%(id)s, %(kind)s, %(token)s, %(manage)s, %(content)s, %(about)s, %(contact)s, %(organisation)s, %(sender)s,
        %(at)s, %(at)s)

-- name: desk_submissions (the oldest first)
select id, kind, state, content, about, contact, organisation, reason, version, made_at, updated_at, published_on, valid_until
from desk_submission
where (%(id)s::text is null or id = %(id)s) and (%(manage)s::text is null or manage = %(manage)s)
  and (%(states)s::text[] is null or state = any(%(states)s)) and (%(kind)s::text is null or kind = %(kind)s)
order by made_at, id limit %(limit)s

-- name: desk_waiting
select kind, count(*) as number from desk_submission where state in ('pending', 'changes') group by kind order by kind

-- name: decide_desk_submission (no row: it is in another state by now)
update desk_submission
set state = %(state)s, reason = %(reason)s, updated_at = %(at)s, version = version + 1,
    published_on = case when %(state)s = 'approved' then coalesce(published_on, %(today)s) else published_on end,
    valid_until = coalesce(%(valid_until)s, valid_until)
where id = %(id)s and version = %(version)s returning id

-- name: change_desk_submission (no row: it is in another state by now)
update desk_submission
set state = 'pending', content = %(content)s, contact = %(contact)s, organisation = %(organisation)s,
    updated_at = %(at)s, version = version + 1
where id = %(id)s and state = 'changes' returning id

-- name: forget_desk_senders
update desk_submission
set contact = null, sender = '', content = case when kind = 'post' then content else content - 'text' end
where (contact is not null or sender <> '') and updated_at < %(before)s
  and (state in ('refused', 'withdrawn', 'closed') or (state = 'approved' and valid_until < %(day)s))

-- name: published_posts (what was approved once, a withdrawn one too, in an order that never changes)
select id, state, content, published_on, valid_until
from desk_submission
where published_on is not null and content->>'kind' = %(kind)s
order by published_on, made_at, id limit %(limit)s offset %(offset)s

-- name: count_published_posts
select count(*) as total from desk_submission where published_on is not null and content->>'kind' = %(kind)s
