"""Runtime: runs the pure processors over Kafka partitions, exactly once. The door to Faust, mode and aiokafka."""
