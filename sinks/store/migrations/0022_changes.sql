-- What stood before a change, and all revisions of one id, which nulls are part of: the unique index has none of those.
create index event_revision_by_id on event_revision (id, sequence);
create index listing_revision_by_id on listing_revision (id, sequence);
create index point_revision_by_id on point_revision (id, sequence);
create index source_status_revision_by_id on source_status_revision (id, sequence);

-- From which change on an instant begins. Rows come nearly in the order of their time, so a few pages of BRIN are enough.
create index event_revision_by_time on event_revision using brin (recorded_at);
create index listing_revision_by_time on listing_revision using brin (recorded_at);
create index point_revision_by_time on point_revision using brin (recorded_at);
create index source_status_revision_by_time on source_status_revision using brin (recorded_at);
