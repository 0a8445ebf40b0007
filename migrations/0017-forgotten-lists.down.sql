DELETE FROM list_member WHERE list_key IN (SELECT key FROM forgotten_list);
DROP TABLE forgotten_list;
ALTER TABLE list_member ADD CONSTRAINT list_member_list_key_fkey FOREIGN KEY (list_key) REFERENCES list (key) ON DELETE CASCADE;
