-- Named statements of webhooks (sinks/webhooks). {revisions}: a table of records with all its revisions.

-- name: add_webhook (from the newest change on, unless it says from where; no row: this key has as many as it may)
insert into webhook (id, key, url, topics, secret, challenge, place)
select %(id)s::text, %(key)s::text, %(url)s::text, %(topics)s::text[], %(secret)s::text, %(challenge)s::text, coalesce(%(after)s::bigint, %(newest)s::bigint)
where (select count(*) from webhook where key = %(key)s) < %(most)s
returning id

-- name: lock_key_of_webhooks (of one key one subscription at a time, so that they are counted)
select id from api_key where id = %(key)s and revoked_at is null for update

-- name: webhooks (of one key, or all)
select w.id, w.key, w.url, w.topics, w.state, w.reason, w.made_at, w.place, w.failures, w.failing_since, w.next_at, w.former_until,
       (select count(*) from webhook_delivery d where d.webhook = w.id and d.state = 'waiting') as waiting
from webhook w where (%(key)s::text is null or w.key = %(key)s) and (%(id)s::text is null or w.id = %(id)s)
order by w.made_at, w.id

-- name: remove_webhook
delete from webhook where id = %(id)s and (%(key)s::text is null or key = %(key)s) returning id

-- name: remove_deliveries
delete from webhook_delivery where webhook = %(id)s

-- name: rotate_secret (the former one signs beside it for a day)
update webhook set former_secret = secret, former_until = now() + interval '1 day', secret = %(secret)s
where id = %(id)s and (%(key)s::text is null or key = %(key)s) returning id

-- name: enable_webhook (its address is verified before anything is sent)
update webhook set state = 'unverified', reason = null, failures = 0, failing_since = null, next_at = now(), challenge = %(challenge)s
where id = %(id)s and (%(key)s::text is null or key = %(key)s) returning id

-- name: disable_webhook
update webhook set state = 'disabled', reason = %(reason)s
where id = %(id)s and (%(key)s::text is null or key = %(key)s) returning id

-- name: deliveries (the newest first)
select id, sequence, topic, record, revision, record_state, recorded_at, state, attempts, next_at, tried_at, status, problem,
       count(*) over () as total
from webhook_delivery where webhook = %(webhook)s and (%(state)s::text is null or state = %(state)s)
  and (%(before)s::bigint is null or sequence < %(before)s)
order by sequence desc limit %(limit)s

-- name: redeliver
update webhook_delivery set state = 'waiting', attempts = 0, next_at = now(), problem = null
where webhook = %(webhook)s and id = %(id)s returning id

-- name: newest_subscribed_change (numbers become visible in their order: below it nothing is missing)
select greatest((select max(sequence) from event_revision), (select max(sequence) from listing_revision),
                (select max(sequence) from point_revision), (select max(sequence) from source_status_revision), 0) as sequence

-- name: webhooks_behind (active, and with room in the queue)
select w.id from webhook w where w.state = 'active' and w.place < %(newest)s
  and (select count(*) from webhook_delivery d where d.webhook = w.id and d.state = 'waiting') < %(most)s
order by w.place limit %(limit)s

-- name: lock_webhook (no row: another process has it, or it stands no more)
select w.id, w.topics, w.place,
       (select count(*) from webhook_delivery d where d.webhook = w.id and d.state = 'waiting') as waiting
from webhook w where w.id = %(id)s and w.state = 'active' for update skip locked

-- name: subscribed_changes
select sequence, topic, id as record, revision, recorded_at,
       case when value is null then 'taken_down' else value->>'state' end as record_state
from {revisions}
where topic = any(%(topics)s) and sequence > %(after)s and sequence <= %(newest)s order by sequence limit %(limit)s

-- name: queue_deliveries (one that is in the queue or was sent already is not queued again)
insert into webhook_delivery (webhook, id, sequence, topic, record, revision, record_state, recorded_at)
select %(webhook)s::text, * from unnest(%(ids)s::text[], %(sequences)s::bigint[], %(topics)s::text[], %(records)s::text[],
                                  %(revisions)s::bigint[], %(states)s::text[], %(recorded)s::timestamptz[])
on conflict (webhook, id) do nothing

-- name: move_webhook
update webhook set place = %(place)s where id = %(id)s

-- name: claim_webhooks (those whose turn is longest ago first; of a key that was revoked none)
update webhook set lease = lease + 1, leased_until = now() + %(seconds)s * interval '1 second'
where id in (
    select w.id from webhook w
    where w.state <> 'disabled' and w.next_at <= now() and w.leased_until <= now()
      and exists (select 1 from api_key k where k.id = w.key and k.revoked_at is null)
      and (w.state = 'unverified'
           or exists (select 1 from webhook_delivery d where d.webhook = w.id and d.state = 'waiting' and d.next_at <= now()
                      and not exists (select 1 from webhook_delivery e where e.webhook = d.webhook and e.record = d.record
                                      and e.state = 'waiting' and e.sequence < d.sequence and e.next_at > now())))
    order by w.leased_until, w.id limit %(limit)s for update skip locked)
returning id, lease, url, state, secret, case when former_until > now() then former_secret end as former_secret,
          challenge, failures, failing_since

-- name: due_deliveries (a record's revisions in their order: none before an earlier one that waits for its next try)
select d.id, d.sequence, d.topic, d.record, d.revision, d.record_state, d.recorded_at, d.attempts from webhook_delivery d
where d.webhook = %(webhook)s and d.state = 'waiting' and d.next_at <= now()
  and not exists (select 1 from webhook_delivery e where e.webhook = d.webhook and e.record = d.record and e.state = 'waiting'
                  and e.sequence < d.sequence and e.next_at > now())
order by d.sequence limit %(limit)s

-- name: settle_deliveries
update webhook_delivery as d
set state = r.state, attempts = d.attempts + 1, tried_at = now(), status = r.status, problem = r.problem,
    next_at = now() + r.wait * interval '1 second'
from unnest(%(ids)s::text[], %(states)s::text[], %(statuses)s::int[], %(problems)s::text[], %(waits)s::float[])
     as r(id, state, status, problem, wait)
where d.webhook = %(webhook)s and d.id = r.id

-- name: settle_webhook (no row: another process claimed it meanwhile)
update webhook set failures = %(failures)s, reason = %(reason)s, next_at = now() + %(wait)s * interval '1 second',
    failing_since = case when %(failures)s = 0 then null else coalesce(failing_since, now()) end,
    state = case when state = 'disabled' then state else %(state)s end, leased_until = now()
where id = %(id)s and lease = %(lease)s returning id

-- name: prune_deliveries (of each webhook the newest are kept, and none for longer than 30 days)
delete from webhook_delivery d using webhook w
where d.webhook = w.id and d.state <> 'waiting'
  and (d.tried_at < now() - interval '30 days'
       or d.sequence <= (select e.sequence from webhook_delivery e where e.webhook = w.id
                        order by e.sequence desc offset %(kept)s limit 1))
