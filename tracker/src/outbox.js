// Events on their way: gathered for a second, sent together, tried again while the page lives.

import { uuid } from './safety.js';
import { visitorId } from './visitor.js';

const PATIENCE_MS = 1000;

let endpoint;
let trackingId;
let prepare;
let timer;
let failures = 0;
const waiting = [];

// `lastTouch` is called before events go.
export const openOutbox = (address, id, lastTouch) => {
  endpoint = address;
  trackingId = id;
  prepare = lastTouch;
};

export const put = (name, properties) => {
  // The copy is what was meant now; what JSON cannot say fails here, alone, and not with its whole batch.
  const mostWaiting = 500;
  const event = {
    id: uuid(),
    name,
    timestamp: Date.now(),
    properties: JSON.parse(JSON.stringify(properties)),
  };
  if (waiting.length < mostWaiting) waiting.push(event);
  flushIn(PATIENCE_MS);
  return event;
};

export const flush = () => {
  const mostTogether = 50;
  clearTimeout(timer);
  timer = 0;
  prepare();
  // Emptied first: what fails on the spot comes back, and would be met again without end.
  const going = waiting.splice(0);
  while (going.length) post(going.splice(0, mostTogether));
};

const flushIn = (ms) => {
  timer ||= setTimeout(flush, ms);
};

const post = async (events) => {
  // The browser lets 64 KB travel on after the page is gone, and a character may take three bytes.
  const mostKept = 20000;
  try {
    const id = visitorId();
    const body = JSON.stringify({
      site_id: trackingId,
      sent_at: Date.now(),
      context: {
        viewport_width: innerWidth,
        viewport_height: innerHeight,
        screen_width: screen.width,
        screen_height: screen.height,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        language: navigator.language,
      },
      visitor: id && { id },
      events,
    });
    // A text body needs no preflight. No cookie goes along, whoever's host this is.
    const { status } = await fetch(endpoint, {
      method: 'POST',
      body,
      keepalive: body.length < mostKept,
      credentials: 'omit',
    });
    if (status > 428) throw status;
    failures = 0;
    if (status == 400 || status == 413) halve(events);
  } catch {
    waiting.unshift(...events);
    flushIn(PATIENCE_MS * 2 ** failures++);
  }
};

// Collect refuses a body whole: without the event that it refuses, the others get in.
const halve = (events) => {
  const half = events.length >> 1;
  if (half) {
    post(events.slice(0, half));
    post(events.slice(half));
  }
};
