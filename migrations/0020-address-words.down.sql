DROP TABLE address_word;
