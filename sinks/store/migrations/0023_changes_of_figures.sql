-- Points come from two topics (counts, sums of money), each of which is followed by itself: without an index the newest change of
-- one is looked for among those of the other.
create index point_revision_by_topic on point_revision (topic, sequence);
