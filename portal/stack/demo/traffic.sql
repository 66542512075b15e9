-- The visits of one sample site in a span of time, made inside the engine; traffic.py fills in the names
-- that start with a dollar. Everything is drawn from hashes: the same seed makes the same year, whenever
-- and in however many parts it is made.
INSERT INTO events (
  site_id, ts, event_id, name, visitor_id, session_id, session_start, is_new_visitor,
  hostname, path, query, title,
  referrer, referrer_domain, source, medium, campaign, term, content, channel,
  browser, browser_version, os, os_version, device, screen_w, screen_h, viewport_w, viewport_h,
  country, region, city, timezone, language,
  props, scroll_depth, engaged_ms, received_at)
WITH
  (thing, salt) -> cityHash64(thing, salt) / 18446744073709551616 AS chance,
  (urn, thing, salt) -> urn[1 + cityHash64(thing, salt) % length(urn)] AS drawn,
  (mean, thing, salt) -> -mean * log(chance(thing, salt) + 1e-9) AS waited,
  (least_p, thing, salt) -> toUInt32(floor(log(chance(thing, salt) + 1e-9) / log(least_p))) AS times,

  $weekdays AS weekdays, $hours AS hours, $waves AS waves, $arrivals AS arrivals, $places AS places,
  $devices AS devices, $pages AS pages, $doings AS doings, $steps AS steps,
  $returning_urn AS returning_urn, $places_urn AS places_urn, $devices_urn AS devices_urn,
  $known_urn AS known_urn, $found_urn AS found_urn, $next_urn AS next_urn,

  -- How strongly each day draws people: growth, season, weekday, holidays, and the weather of that week.
  days AS (
    SELECT
      number AS day,
      toDate($first_day) + number AS date,
      toDayOfYear(date) AS day_of_year,
      pow($growth, day / 365)
        * (1 + $season * cos(2 * pi() * (day_of_year - $best_day) / 365))
        * weekdays[toDayOfWeek(date)]
        * if(day_of_year >= 358 OR day_of_year <= 1, $holidays, 1)
        * (1 + 0.07 * sin(day / 6.1 + $seed) + 0.05 * sin(day / 17.3 + $seed % 7))
        * (0.92 + 0.16 * chance(($seed, day), 'weather')) AS pull
    FROM numbers($planned_days)
  ),

  -- Who comes for the first time on a day, by wave; the first wave is everyday life and never ends.
  newcomers AS (
    SELECT day, wave, arrayJoin(range(toUInt32(people + chance(($seed, wave, day), 'rounding')))) AS ordinal
    FROM (
      SELECT
        day, date, wave,
        waves[wave] AS plan,
        pull * exp(-plan.fade * (day - plan.first_day)) AS drawing,
        plan.people * drawing / sumIf(drawing, day < plan.first_day + plan.days) OVER (PARTITION BY wave)
          AS people
      FROM days ARRAY JOIN arrayEnumerate(waves) AS wave
      WHERE day >= plan.first_day AND (wave = 1 OR day < plan.first_day + plan.days)
    )
    WHERE date <= toDate(toDateTime64($until, 3, 'UTC'), $timezone)
  ),

  -- The person behind a new visitor, with all of the visits that he or she will ever make.
  people AS (
    SELECT
      wave,
      cityHash64($seed, wave, day, ordinal) AS person,
      chance(person, 'keeps id') < $kept AS kept,
      chance(person, 'regular') < 0.03 AS regular,
      drawn(waves[wave].arrivals, person, 'arrival') AS first_arrival,
      places[drawn(places_urn, person, 'place')] AS place,
      devices[drawn(devices_urn, person, 'device')] AS technology,
      drawn(technology.screens, person, 'screen') AS screen,
      range(1 + least(60, times(if(regular, 0.94, $returns), person, 'visits'))) AS numbers,
      arrayMap(i -> if(i = 0, 0, waited(if(regular, 0.5, 1) * $gap_days, (person, i), 'gap')), numbers) AS gaps,
      arrayMap(gap -> day + toUInt32(gap), arrayCumSum(gaps)) AS visit_days,
      -- Those who come back keep to the rhythm of the week too.
      arrayFilter(
        (visit_day, i) -> i = 0 OR chance((person, i), 'that day')
          < weekdays[toDayOfWeek(toDate($first_day) + visit_day)] / arrayMax(weekdays),
        visit_days, numbers) AS kept_days,
      arraySort(arrayMap(
        (visit_day, i) -> toUnixTimestamp(toDateTime(toDate($first_day) + visit_day, $timezone)) * 1000
          + toInt64(3600000 * (drawn(hours, (person, i), 'hour')
            + chance((person, i), 'early') + chance((person, i), 'late') - 0.5)),
        kept_days, arrayEnumerate(kept_days))) AS all_moments,
      -- Hours lie between two visits: the server would count closer ones as one.
      arrayFilter(
        (moment, before) -> moment - before > 3 * 3600000,
        all_moments, arrayPushFront(arrayPopBack(all_moments), 0)) AS moments
    FROM newcomers
  ),

  visits AS (
    SELECT
      person, kept, place, technology, screen,
      arrayJoin(arrayEnumerate(moments)) AS nth,
      fromUnixTimestamp64Milli(moments[nth], 'UTC') AS began,
      toDate(began) AS date,
      (person, nth) AS visit,
      -- Without a kept id the same person is somebody else on the next day (UTC, as the salts turn).
      if(kept, person, cityHash64(person, date)) AS visitor_id,
      fromUnixTimestamp64Milli(if(nth = 1, 0, moments[nth - 1]), 'UTC') AS last_time,
      last_time < toDateTime64($opening, 3, 'UTC') OR (NOT kept AND toDate(last_time) != date) AS is_new,
      nth = 1 OR chance(visit, 'way back') > 0.72 AS as_at_first,
      arrivals[if(as_at_first, first_arrival, drawn(returning_urn, visit, 'return'))] AS arrival,
      if(technology.kind = 'desktop', 1, 0.72) AS patience,
      waves[wave].landing AS landing,
      multiIf(
        as_at_first AND landing > 0 AND chance(visit, 'landing') < 0.8, landing,
        arrival.knows_site, drawn(known_urn, visit, 'entry'),
        drawn(found_urn, visit, 'entry')) AS entry,
      if(chance(visit, 'wants') < $wants * arrival.interest * patience * if(nth = 1, 1, 1.6),
         1 + least(length(steps) - 1, times($goes_on, visit, 'steps')), 0) AS steps_taken,
      steps_taken = 0 AND chance(visit, 'bounce')
        < $bounces / sqrt(arrival.interest * patience) * if(nth = 1, 1.06, 0.8) AS bounced,
      if(bounced, 1, 2 + least(12, times($views / (1 + $views), visit, 'views'))) AS views,
      arrayCompact(arrayConcat(
        [entry],
        arrayMap(i -> drawn(next_urn, (visit, i), 'next'), range(1, views)),
        arrayMap(i -> drawn(steps[i], (visit, i), 'step'), range(1, 1 + steps_taken)))) AS trail,
      arrayMap(
        (page, i) -> 400 + toUInt32(1000 * least(540, if(bounced AND chance(visit, 'wrong place') < 0.4, 3,
          waited($dwell_s * if(pages[page].article, 3, 1) * patience, (visit, i), 'dwell')))),
        trail, arrayEnumerate(trail)) AS dwells
    FROM people
    WHERE began >= toDateTime64($opening, 3, 'UTC')
      AND began > toDateTime64($after, 3, 'UTC') - INTERVAL 4 HOUR AND began <= toDateTime64($until, 3, 'UTC')
  ),

  -- What happens during one view: 0 is the view itself, 1 the engagement at its end, 2 a scroll threshold,
  -- anything above one of the page's own events.
  views AS (
    SELECT
      * EXCEPT (trail, dwells),
      number, dwell, since, page,
      (visit, number) AS view,
      pages[page] AS shown,
      least(100, toUInt8(if(shown.article, 14, 35) + 90 * pow(chance(view, 'depth'), 0.8))) AS depth,
      arrayFilter(doing -> chance(view, 'doing') < doings[doing].chance, shown.doings) AS done,
      arrayConcat(
        [(0, 0, 0)],
        arrayMap(
          threshold -> (2, toUInt32(dwell * 0.9 * threshold / (depth + 10)), threshold),
          arrayFilter(threshold -> shown.article AND threshold <= depth, [25, 50, 75, 90, 100])),
        arrayMap(
          (doing, i) -> (2 + doing, toUInt32(dwell * (0.25 + 0.6 * i / (1 + length(done)))), 0),
          done, arrayEnumerate(done)),
        if(chance(view, 'engagement') < 0.93, [(1, dwell - 300, depth)], [])) AS happenings
    FROM visits
    ARRAY JOIN
      trail AS page,
      dwells AS dwell,
      arrayPushFront(arrayPopBack(arrayCumSum(dwells)), 0) AS since,
      arrayEnumerate(trail) AS number
  )

SELECT
  $site_id AS site_id,
  began + toIntervalMillisecond(since + happening.2) AS ts,
  cityHash64(view, happening.1, happening.3) AS event_id,
  multiIf(happening.1 = 0, 'page_view', happening.1 = 1, 'engagement', happening.1 = 2, 'scroll_depth',
          doings[happening.1 - 2].name) AS name,
  visitor_id,
  cityHash64($site_id, visitor_id, began) AS session_id,
  began AS session_start,
  is_new AS is_new_visitor,
  $domain AS hostname,
  shown.path AS path,
  '' AS query,
  if(happening.1 = 0, shown.title, '') AS title,
  arrival.referrer AS referrer,
  arrival.referrer_domain AS referrer_domain,
  arrival.source AS source,
  arrival.medium AS medium,
  arrival.campaign AS campaign,
  arrival.term AS term,
  arrival.content AS content,
  arrival.channel AS channel,
  technology.browser AS browser,
  -- Updates reach some people later than others.
  toString(greatest(technology.oldest, intDiv(
    date - technology.day_zero - toUInt16(waited(0.3 * technology.cadence, person, 'updates')),
    technology.cadence))) AS browser_version,
  technology.os AS os,
  technology.os_version AS os_version,
  technology.kind AS device,
  screen.1 AS screen_w,
  screen.2 AS screen_h,
  screen.1 - if(technology.kind = 'desktop', drawn([0, 0, 15, 17], person, 'scrollbar'), 0) AS viewport_w,
  screen.2 - if(technology.kind = 'desktop', drawn([118, 129, 141, 187], person, 'toolbar'), 130) AS viewport_h,
  place.country AS country,
  place.region AS region,
  place.city AS city,
  place.timezone AS timezone,
  place.language AS language,
  if(happening.1 > 2, drawn(doings[happening.1 - 2].props, visit, 'props'), map()) AS props,
  if(happening.1 IN (1, 2), happening.3, 0) AS scroll_depth,
  if(happening.1 = 1, toUInt32(dwell * (0.45 + 0.5 * chance(view, 'attention'))), 0) AS engaged_ms,
  toDateTime(ts) AS received_at
FROM views ARRAY JOIN happenings AS happening
WHERE ts > toDateTime64($after, 3, 'UTC') AND ts <= toDateTime64($until, 3, 'UTC')
