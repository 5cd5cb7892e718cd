-- What waits is read in its order; with an index over the whole log each batch went through everything that was delivered before.
create index webhook_delivery_queue on webhook_delivery (webhook, sequence) where state = 'waiting';
