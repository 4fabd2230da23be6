-- SPDX-License-Identifier: Apache-2.0
-- Views over the history for any SQL tool: docs/measures.md defines each measure and its formula.
--
-- contact_facts, conversation_facts, offer_facts and feedback_facts have a row a unit, with what it
-- counts as; the views measures_* add them up, whole and by one thing at a time. What is derived from the
-- wait uses the thresholds of `report_rules`; days and hours are of UTC. `attunectl report` knows the
-- queues' own service levels, the centre's time zone and the intervals as well; a test holds that its sums
-- are those of these views.
--
-- Views are made anew at every start of attuned, so that they are those of its version.

CREATE INDEX IF NOT EXISTS contacts_repeated ON contacts (repeat_of) WHERE repeat_of IS NOT NULL;

DROP VIEW IF EXISTS report_rules;
CREATE VIEW report_rules AS SELECT
  coalesce((SELECT value FROM meta WHERE key = 'short_ms'), 5000) AS short_ms,
  coalesce((SELECT value FROM meta WHERE key = 'within_ms'), 20000) AS within_ms;

-- What of its times in queues belongs to the first answer, or to all of a contact that had none.
DROP VIEW IF EXISTS contact_waits;
CREATE VIEW contact_waits AS SELECT
  c.contact,
  (SELECT min(n) FROM spells s WHERE s.contact = c.contact AND s.how = 'answered') AS answer_n,
  (SELECT coalesce(sum(s.waited_ms), 0) FROM spells s WHERE s.contact = c.contact
   AND s.n <= coalesce((SELECT min(n) FROM spells a WHERE a.contact = c.contact
                        AND a.how = 'answered'), s.n)) AS queued_ms,
  (SELECT s.entered_ms FROM spells s WHERE s.contact = c.contact
   AND s.n = coalesce((SELECT max(p.n) FROM spells p WHERE p.contact = c.contact
                       AND p.how = 'scheduled'
                       AND p.n < (SELECT min(a.n) FROM spells a WHERE a.contact = c.contact
                                  AND a.how = 'answered')), 0) + 1) AS began_ms
FROM contacts c;

DROP VIEW IF EXISTS contact_says;
CREATE VIEW contact_says AS SELECT
  c.contact,
  (SELECT csat FROM feedback f WHERE f.contact = c.contact AND f.csat IS NOT NULL
   ORDER BY feedback DESC LIMIT 1) AS csat,
  (SELECT nps FROM feedback f WHERE f.contact = c.contact AND f.nps IS NOT NULL
   ORDER BY feedback DESC LIMIT 1) AS nps,
  (SELECT resolved FROM feedback f WHERE f.contact = c.contact AND f.resolved IS NOT NULL
   ORDER BY feedback DESC LIMIT 1) AS resolved
FROM contacts c;

DROP VIEW IF EXISTS contact_facts;
CREATE VIEW contact_facts AS
WITH fates AS MATERIALIZED (
  SELECT c.contact,
    CASE WHEN c.answered_ms IS NULL THEN max(w.queued_ms, coalesce(c.waited_ms, 0))
         ELSE w.queued_ms END AS wait_ms,
    coalesce((SELECT s.queue FROM spells s WHERE s.contact = c.contact AND s.n = w.answer_n),
             c.queue) AS queue,
    coalesce(w.began_ms, c.arrived_ms) AS began_ms
  FROM contacts c JOIN contact_waits w ON w.contact = c.contact)
SELECT c.contact, c.id, c.channel, c.tier, c.person, c.arrived_ms,
  date(c.arrived_ms / 1000, 'unixepoch') AS day,
  cast(strftime('%H', c.arrived_ms / 1000, 'unixepoch') AS INTEGER) AS hour,
  f.queue, c.queue AS last_queue, c.first_agent, c.last_agent, f.wait_ms,
  CASE WHEN c.answered_ms IS NOT NULL THEN 'answered'
       WHEN c.closed_ms IS NULL THEN 'waiting'
       WHEN c.outcome = 'abandoned' AND f.wait_ms < r.short_ms THEN 'abandoned_short'
       WHEN c.outcome = 'abandoned' THEN 'abandoned'
       WHEN c.outcome IN ('refused', 'expired', 'overflowed') THEN 'turned_away'
       ELSE 'cancelled' END AS fate,
  f.wait_ms <= r.within_ms AS in_time,
  CASE WHEN c.answered_ms IS NOT NULL THEN max(c.answered_ms - f.began_ms, 0) END AS first_response_ms,
  CASE WHEN c.answered_ms IS NOT NULL THEN f.wait_ms - c.estimate_ms END AS estimate_error_ms,
  c.person IS NOT NULL AND c.repeat_of IS NOT NULL AS is_repeat,
  c.answered_ms IS NOT NULL AND c.closed_ms IS NOT NULL AND c.person IS NOT NULL
    AND c.repeat_of IS NULL AS is_first,
  EXISTS (SELECT 1 FROM contacts again WHERE again.repeat_of = c.contact) AS was_repeated,
  s.resolved AS said_resolved,
  CASE WHEN s.csat IS NOT NULL THEN (s.csat >= 4) - (s.csat <= 2)
       WHEN s.nps IS NOT NULL THEN (s.nps >= 9) - (s.nps <= 6)
       WHEN s.resolved IS NOT NULL THEN CASE WHEN s.resolved THEN 1 ELSE -1 END
       WHEN c.answered_ms IS NULL AND (c.outcome IN ('refused', 'expired', 'overflowed')
            OR (c.outcome = 'abandoned' AND f.wait_ms >= r.short_ms)) THEN -1
       WHEN c.emotion_end_ppm >= 500000 THEN -1
       WHEN c.emotion_ppm >= 500000 AND c.emotion_end_ppm <= 200000 THEN 1
       WHEN c.emotion_ppm >= 500000 AND c.emotion_end_ppm IS NOT NULL THEN 0
  END AS experience
FROM fates f JOIN contacts c ON c.contact = f.contact JOIN contact_says s ON s.contact = c.contact
  CROSS JOIN report_rules r;

DROP VIEW IF EXISTS conversation_facts;
CREATE VIEW conversation_facts AS SELECT
  v.contact, v.n, v.agent, v.queue, c.channel, c.tier, c.arrived_ms,
  date(c.arrived_ms / 1000, 'unixepoch') AS day,
  cast(strftime('%H', c.arrived_ms / 1000, 'unixepoch') AS INTEGER) AS hour,
  max(v.ended_ms - v.connected_ms - v.held_ms, 0) AS talk_ms, v.held_ms AS hold_ms,
  max(coalesce(v.wrapped_up_ms, v.ended_ms) - v.ended_ms, 0) AS wrap_up_ms,
  v.ended_by IS 'transferred' AS was_transferred
FROM conversations v JOIN contacts c ON c.contact = v.contact WHERE v.ended_ms IS NOT NULL;

DROP VIEW IF EXISTS offer_facts;
CREATE VIEW offer_facts AS SELECT
  o.contact, o.offer, o.agent, o.queue, c.channel, c.tier, c.arrived_ms,
  date(c.arrived_ms / 1000, 'unixepoch') AS day,
  cast(strftime('%H', c.arrived_ms / 1000, 'unixepoch') AS INTEGER) AS hour, o.how
FROM offers o JOIN contacts c ON c.contact = o.contact;

DROP VIEW IF EXISTS feedback_facts;
CREATE VIEW feedback_facts AS SELECT
  f.contact, f.feedback, f.agent, f.queue, c.channel, c.tier, c.arrived_ms,
  date(c.arrived_ms / 1000, 'unixepoch') AS day,
  cast(strftime('%H', c.arrived_ms / 1000, 'unixepoch') AS INTEGER) AS hour,
  f.csat, f.csat >= 4 AS is_satisfied, f.nps, (f.nps >= 9) - (f.nps <= 6) AS nps_side, f.ces,
  f.resolved
FROM feedback f JOIN contacts c ON c.contact = f.contact;

-- The measures: a row for the whole (slice 'all') and one for each queue, channel, tier, agent, day and hour
-- (slice 'queue', name 'cards'). A unit has its own queue and agent: a contact the queue and agent of its
-- first answer (contact_facts), its end those it had last, a conversation, an offer and an answer to a
-- survey their own.

DROP VIEW IF EXISTS slices;
CREATE VIEW slices AS SELECT column1 AS slice
FROM (VALUES ('all'), ('queue'), ('channel'), ('tier'), ('agent'), ('day'), ('hour'));

DROP VIEW IF EXISTS measures_arrivals;
CREATE VIEW measures_arrivals AS SELECT s.slice AS slice,
  CASE s.slice WHEN 'queue' THEN queue WHEN 'channel' THEN channel WHEN 'tier' THEN tier
    WHEN 'agent' THEN first_agent WHEN 'day' THEN day WHEN 'hour' THEN hour ELSE 'all' END AS name,
  count(*) AS contacts,
  sum(fate NOT IN ('cancelled', 'waiting')) AS offered,
  sum(fate = 'answered') AS answered, sum(fate = 'abandoned') AS abandoned,
  sum(fate = 'abandoned_short') AS abandoned_short, sum(fate = 'turned_away') AS turned_away,
  sum(fate = 'cancelled') AS cancelled, sum(fate = 'waiting') AS waiting,
  round(1.0 * sum(fate = 'answered' AND in_time)
    / nullif(sum(fate NOT IN ('cancelled', 'waiting', 'abandoned_short')), 0), 6) AS service_level,
  round(avg(CASE WHEN fate = 'answered' THEN wait_ms END)) AS asa_ms,
  max(CASE WHEN fate = 'answered' THEN wait_ms END) AS longest_wait_ms,
  round(avg(first_response_ms)) AS first_response_ms,
  sum(is_repeat) AS repeats, sum(person IS NOT NULL) AS known
FROM slices s CROSS JOIN contact_facts GROUP BY 1, 2;

DROP VIEW IF EXISTS measures_ends;
CREATE VIEW measures_ends AS SELECT s.slice AS slice,
  CASE s.slice WHEN 'queue' THEN last_queue WHEN 'channel' THEN channel WHEN 'tier' THEN tier
    WHEN 'agent' THEN last_agent WHEN 'day' THEN day WHEN 'hour' THEN hour ELSE 'all' END AS name,
  sum(is_first) AS fcr_count,
  round(1.0 * sum(is_first AND NOT was_repeated AND said_resolved IS NOT 0)
    / nullif(sum(is_first), 0), 6) AS fcr,
  sum(experience IS 1) AS positive, sum(experience IS 0) AS neutral,
  sum(experience IS -1) AS negative
FROM slices s CROSS JOIN contact_facts GROUP BY 1, 2;

DROP VIEW IF EXISTS measures_conversations;
CREATE VIEW measures_conversations AS SELECT s.slice AS slice,
  CASE s.slice WHEN 'queue' THEN queue WHEN 'channel' THEN channel WHEN 'tier' THEN tier
    WHEN 'agent' THEN agent WHEN 'day' THEN day WHEN 'hour' THEN hour ELSE 'all' END AS name,
  count(*) AS conversations,
  round(avg(talk_ms + hold_ms + wrap_up_ms)) AS aht_ms, round(avg(talk_ms)) AS talk_ms,
  round(avg(hold_ms)) AS hold_ms, round(avg(wrap_up_ms)) AS wrap_up_ms,
  sum(was_transferred) AS transfers
FROM slices s CROSS JOIN conversation_facts GROUP BY 1, 2;

DROP VIEW IF EXISTS measures_offers;
CREATE VIEW measures_offers AS SELECT s.slice AS slice,
  CASE s.slice WHEN 'queue' THEN queue WHEN 'channel' THEN channel WHEN 'tier' THEN tier
    WHEN 'agent' THEN agent WHEN 'day' THEN day WHEN 'hour' THEN hour ELSE 'all' END AS name,
  count(*) AS offers, sum(how IS 'declined') AS offers_declined,
  sum(how IS 'missed') AS offers_missed
FROM slices s CROSS JOIN offer_facts GROUP BY 1, 2;

DROP VIEW IF EXISTS measures_feedback;
CREATE VIEW measures_feedback AS SELECT s.slice AS slice,
  CASE s.slice WHEN 'queue' THEN queue WHEN 'channel' THEN channel WHEN 'tier' THEN tier
    WHEN 'agent' THEN agent WHEN 'day' THEN day WHEN 'hour' THEN hour ELSE 'all' END AS name,
  count(csat) AS csat_count, round(avg(is_satisfied), 6) AS csat,
  round(avg(csat), 3) AS csat_mean, count(nps) AS nps_count, round(100 * avg(nps_side), 3) AS nps,
  count(ces) AS ces_count, round(avg(ces), 3) AS ces, count(resolved) AS resolved_count,
  round(avg(resolved), 6) AS resolved
FROM slices s CROSS JOIN feedback_facts GROUP BY 1, 2;
