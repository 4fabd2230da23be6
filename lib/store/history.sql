-- SPDX-License-Identifier: Apache-2.0
-- The history: what became of every contact, written from the journal (lib/store/history.h).
--
-- Times are milliseconds since the Unix epoch, durations milliseconds, points thousandths, shares
-- parts per million, money millionths of the currency. NULL: unknown, or not (yet). `contact` is the
-- sequence number of the command that added the contact and never comes twice; `id` is the front
-- end's own and may, once the engine has forgotten the first. docs/history.md explains the tables,
-- docs/measures.md the views over them.

CREATE TABLE IF NOT EXISTS contacts (
  contact INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  front_end TEXT,
  channel TEXT,
  entry_point TEXT,
  language TEXT,
  intent TEXT,
  text TEXT,
  person INTEGER REFERENCES people(person),
  tier TEXT,
  value_ppm INTEGER,
  emotion_ppm INTEGER,      -- At the start, and from where: 'stated' or 'estimated'.
  emotion_source TEXT,
  emotion_end_ppm INTEGER,  -- As the last feedback or update has it.
  arrived_ms INTEGER NOT NULL,
  first_queue TEXT,
  queue TEXT,               -- The last.
  estimate_ms INTEGER,      -- The wait and place that were told first.
  position INTEGER,
  first_offered_ms INTEGER,
  answered_ms INTEGER,      -- The first conversation's beginning.
  closed_ms INTEGER,
  waited_ms INTEGER,        -- In all queues together.
  talked_ms INTEGER NOT NULL DEFAULT 0, -- In all conversations, holds included.
  held_ms INTEGER NOT NULL DEFAULT 0,
  wrapped_ms INTEGER NOT NULL DEFAULT 0,
  offers INTEGER NOT NULL DEFAULT 0,
  declined INTEGER NOT NULL DEFAULT 0,
  missed INTEGER NOT NULL DEFAULT 0,
  transfers INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  outcome TEXT,             -- handled, abandoned, overflowed, expired, cancelled, refused; 'unrecorded':
                            -- it ended in a gap of the history.
  disposition TEXT,
  reason TEXT,
  first_agent TEXT,
  last_agent TEXT,
  notes TEXT,
  repeat_of INTEGER,        -- An earlier contact of the same person.
  incident TEXT,
  survey_asked INTEGER NOT NULL DEFAULT 0,
  follow_up_of INTEGER      -- The contact whose promise this one keeps.
);
CREATE INDEX IF NOT EXISTS contacts_by_id ON contacts (id);
CREATE INDEX IF NOT EXISTS contacts_by_person ON contacts (person, arrived_ms) WHERE person IS NOT NULL;
CREATE INDEX IF NOT EXISTS contacts_by_arrival ON contacts (arrived_ms);
CREATE INDEX IF NOT EXISTS contacts_open ON contacts (contact) WHERE closed_ms IS NULL;

-- One row for each time in a queue, from 1.
CREATE TABLE IF NOT EXISTS spells (
  contact INTEGER NOT NULL,
  n INTEGER NOT NULL,
  queue TEXT,
  entered_ms INTEGER NOT NULL,
  left_ms INTEGER,
  waited_ms INTEGER,
  how TEXT,                 -- answered, abandoned, moved, overflowed, refused, expired, cancelled,
                            -- scheduled, unrecorded.
  estimate_ms INTEGER,      -- As told when it entered.
  position INTEGER,
  agent TEXT,               -- Who answered.
  PRIMARY KEY (contact, n)
) WITHOUT ROWID;

-- One row for each agent that spoke with it, from 1.
CREATE TABLE IF NOT EXISTS conversations (
  contact INTEGER NOT NULL,
  n INTEGER NOT NULL,
  agent TEXT NOT NULL,
  queue TEXT,
  channel TEXT,
  offered_ms INTEGER,
  connected_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  held_ms INTEGER NOT NULL DEFAULT 0,
  held_since_ms INTEGER,    -- While it is on hold.
  wrapped_up_ms INTEGER,    -- When its wrap-up ended.
  ended_by TEXT,            -- ended, transferred, abandoned (the customer hung up), unanswered, cancelled,
                            -- lost (the front end or the agent went), unrecorded.
  PRIMARY KEY (contact, n)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS offers (
  offer INTEGER PRIMARY KEY,
  contact INTEGER NOT NULL,
  agent TEXT NOT NULL,
  queue TEXT,
  offered_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  how TEXT                  -- accepted, declined, missed, revoked, unrecorded.
);
CREATE INDEX IF NOT EXISTS offers_by_contact ON offers (contact, agent, queue, how);
CREATE INDEX IF NOT EXISTS offers_by_time ON offers (offered_ms);

-- What a contact asked for when it entered its first queue.
CREATE TABLE IF NOT EXISTS requirements (
  contact INTEGER NOT NULL,
  skill TEXT NOT NULL,
  level INTEGER NOT NULL,
  PRIMARY KEY (contact, skill)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS presence (
  agent TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  state TEXT NOT NULL,      -- ready, paused, offline.
  reason TEXT,
  until_ms INTEGER,         -- NULL: still.
  PRIMARY KEY (agent, since_ms)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS feedback (
  feedback INTEGER PRIMARY KEY, -- The number of its command.
  contact INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  csat INTEGER,             -- 1..5
  nps INTEGER,              -- 0..10
  ces INTEGER,              -- 1..7
  resolved INTEGER,         -- 0, 1
  emotion_ppm INTEGER,
  text TEXT,
  agent TEXT,
  queue TEXT,
  by TEXT                   -- Who gave it: customer, agent, an evaluator's name.
);
CREATE INDEX IF NOT EXISTS feedback_by_contact ON feedback (contact);
CREATE INDEX IF NOT EXISTS feedback_by_time ON feedback (at_ms);

CREATE TABLE IF NOT EXISTS people (
  person INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,  -- The platform's customer id.
  name TEXT,
  tier TEXT,                -- As a front end or an import says; what a contact was served as is its own.
  currency TEXT,
  lifetime_value_micro INTEGER,
  churn_risk_ppm INTEGER,
  notes TEXT,
  since_ms INTEGER,
  last_ms INTEGER,          -- Of the last contact's arrival.
  contacts INTEGER NOT NULL DEFAULT 0,
  last_agent TEXT
);

-- A row when one of the two changed.
CREATE TABLE IF NOT EXISTS person_values (
  person INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  lifetime_value_micro INTEGER,
  churn_risk_ppm INTEGER,
  PRIMARY KEY (person, at_ms)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS aliases (
  alias TEXT PRIMARY KEY,
  person INTEGER NOT NULL,
  at_ms INTEGER,
  by TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS aliases_by_person ON aliases (person);

-- Aliases that came together with a person and are another's, for somebody to decide: a link does.
CREATE TABLE IF NOT EXISTS conflicts (
  alias TEXT NOT NULL,
  person INTEGER NOT NULL,  -- With whom it came; whose it is stands in aliases.
  at_ms INTEGER,
  PRIMARY KEY (alias, person)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conflicts_by_person ON conflicts (person);

-- The audit trail of who was linked with whom; a forget keeps no name.
CREATE TABLE IF NOT EXISTS links (
  link INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  what TEXT NOT NULL,       -- link, unlink, conflict, forget.
  person INTEGER,
  other TEXT,
  by TEXT                   -- `rule`, or a front end's name; `supervisor`: of attuned's own machine.
);

CREATE TABLE IF NOT EXISTS promises (
  promise INTEGER PRIMARY KEY, -- The contact that is to keep it, which came to be with the promise.
  contact INTEGER,          -- At whose end it was promised.
  person INTEGER,
  agent TEXT,
  what TEXT,
  due_ms INTEGER,
  expires_ms INTEGER,
  state TEXT NOT NULL,      -- open, kept, expired, cancelled, unrecorded.
  kept_by INTEGER           -- The contact that kept it.
);
CREATE INDEX IF NOT EXISTS promises_by_person ON promises (person);
CREATE INDEX IF NOT EXISTS promises_by_contact ON promises (contact);

CREATE TABLE IF NOT EXISTS incidents (
  incident TEXT NOT NULL,
  announced_ms INTEGER NOT NULL,
  by TEXT,
  title TEXT,
  message TEXT,
  closed_ms INTEGER,
  PRIMARY KEY (incident, announced_ms)
) WITHOUT ROWID;

-- Commands whose effects could not be written for good: the journal no longer has them.
CREATE TABLE IF NOT EXISTS gaps (
  from_seq INTEGER PRIMARY KEY,
  to_seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  why TEXT NOT NULL
);

-- format: of this file. applied_seq: the last command whose effects are in, applied_ms: its time;
-- applied_chain: the journal's chain there, by which another journal is told apart.
CREATE TABLE IF NOT EXISTS meta (
  key TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('format', 1), ('applied_seq', 0);
