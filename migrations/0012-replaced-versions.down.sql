UPDATE segment_version SET status = 'retired' WHERE status = 'replaced';
DROP INDEX segment_version_replaced;
COMMENT ON COLUMN segment_version.status IS NULL;
ALTER TABLE segment_version DROP CONSTRAINT segment_version_status_check;
ALTER TABLE segment_version ADD CHECK (status IN ('building', 'live', 'retired'));
