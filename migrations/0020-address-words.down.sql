DROP TABLE address_change;
DROP TABLE address_word;
