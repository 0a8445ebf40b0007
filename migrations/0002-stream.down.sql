DROP FUNCTION stream_trim, stream_add_days, stream_append;
DROP TABLE stream_record, stream_partition, stream_position;
