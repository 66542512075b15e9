// Who is visiting: nobody in particular, unless the mode and the visitor allow a random id to be kept.

import { safely, uuid } from './safety.js';

let always;
let allowed;
let key;

export const knowVisitor = (trackingId, mode) => {
  always = mode == 'persistent';
  allowed = always || mode == 'consent';
  key = `_v.${trackingId}`;
};

// The kept id, or undefined: where storage is blocked, a visit counts without one.
export const visitorId = safely(() => {
  if (always && kept() == null) keep(uuid());
  return (allowed && kept()) || undefined;
});

export const agree = (yes) => {
  if (yes) {
    if (allowed && !kept()) keep(uuid());
  } else if (always) {
    // An empty note: without it, the next page would make a new id.
    keep('');
  } else {
    localStorage.removeItem(key);
  }
};

const kept = () => localStorage.getItem(key);
const keep = (value) => localStorage.setItem(key, value);
