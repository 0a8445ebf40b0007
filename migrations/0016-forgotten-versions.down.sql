DROP TABLE forgotten_version;
