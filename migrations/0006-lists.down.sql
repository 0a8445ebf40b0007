DROP TABLE list_member, list;
