-- Names that are reserved until a time in Unix milliseconds.
CREATE TABLE IF NOT EXISTS visiono_inbox_once (
  name VARBINARY(255) PRIMARY KEY,
  expires_at BIGINT NOT NULL
) ENGINE = InnoDB;
