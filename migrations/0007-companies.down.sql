UPDATE source SET precedence = 1000 WHERE key = 'entente';
DROP TABLE company_reread;
DROP TABLE company_telling;
DROP TABLE company_contact;
DROP TABLE company;
