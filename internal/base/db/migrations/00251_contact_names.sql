CREATE INDEX contact_firstname ON contact (firstname, id) WHERE state = 1;
CREATE INDEX contact_lastname ON contact (lastname, id) WHERE state = 1;
