-- The numbers of the migrations that ran.
CREATE TABLE IF NOT EXISTS visiono_inbox_schema (
  version INTEGER PRIMARY KEY,
  applied_at BIGINT NOT NULL
) ENGINE = InnoDB;
