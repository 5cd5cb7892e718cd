"""Webhooks 推送: tells receivers that subscribed of each new revision of a record, by Standard Webhooks.

Every change after the place of a subscription becomes one message; the messages and the place move in one transaction, so that a
kill loses none and doubles none. A message reaches its receiver at least once, always under the same ``webhook-id``, those of one
record in the order of its revisions. A receiver that fails is tried again for three days.
"""
