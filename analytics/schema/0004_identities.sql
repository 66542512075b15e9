-- identify(user_id) links a visitor id to a person, in the consent and persistent modes.
CREATE TABLE IF NOT EXISTS identities {on_cluster} (
  site_id          UInt32,
  visitor_id       UInt64,
  person_id        UInt64,                                           -- keyed hash of the site's own user id
  version          UInt64
) ENGINE = {engine:ReplacingMergeTree(version)}
ORDER BY (site_id, visitor_id);
