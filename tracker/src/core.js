// The script's one global: it takes over the snippet's queue, counts page views and hands events to the outbox.

import { watchForms, watchLinks, watchVideos } from './autotrack.js';
import { watchEngagement } from './engagement.js';
import { flush, openOutbox, put } from './outbox.js';
import { on, safely } from './safety.js';
import { agree, knowVisitor } from './visitor.js';

// While the script runs, and only then, the browser says which tag it came from. An image may have stolen the name.
const tag = document.currentScript;
const own = tag?.tagName == 'SCRIPT' ? tag : { dataset: {} };
const globalName = own.dataset.name || GLOBAL_NAME;

let options;
let begun;
let reportEngagement;
let pageUrl;
let pageTitle = {};
let lastPath;
let held;
const early = [];

const calls = {
  init(trackingId, chosen) {
    if (options) return;
    options = chosen || {};
    if (wanted('dnt') && (navigator.doNotTrack == 1 || navigator.globalPrivacyControl)) return;
    openOutbox(
      options.endpoint || new URL('/api/collect', own.src || location),
      trackingId,
      retitle,
    );
    knowVisitor(trackingId, options.mode);
    // A page that is rendered in advance may never be seen.
    if (document.prerendering) on('prerenderingchange', begin);
    else begin();
  },
  page: (given) => view(given),
  track: (name, properties) => putHere(name, properties),
  revenue: (payment) => putHere('revenue', payment),
  async identify(userId, traits) {
    try {
      // An email address does not leave the page in the clear; where there is no hashing (plain http), not at all.
      if (/@/.test(userId)) userId = await sha256(userId.trim().toLowerCase());
      putHere('identify', { ...traits, user_id: userId });
    } catch {
      // Asynchronous: this would come to the page as an unhandled rejection.
    }
  },
  consent: agree,
};

const sha256 = async (text) =>
  Array.from(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
    (byte) => (byte + 256).toString(16).slice(1),
  ).join('');

const wanted = (option) => options[option] !== false;

const begin = () => {
  begun = true;
  watchLinks(putHere, wanted);
  if (wanted('forms')) watchForms(putHere);
  if (wanted('video')) watchVideos(putHere);
  if (wanted('autoTrack')) {
    arrive();
    follow('pushState');
    follow('replaceState');
    on('popstate hashchange', arrive);
    // A page that comes back whole from the back-forward cache runs nothing anew, but is a new view.
    on('pageshow', (shown) => shown.persisted && view());
  }
  on('visibilitychange', () => {
    if (document.hidden) leave();
    else if (held) view(held);
  });
  on('pagehide', leave);
  catchUp();
};

// Single-page apps change the address through these; what they do for the page stays as it was.
const follow = (method) => {
  const original = history[method];
  history[method] = function (...given) {
    const result = original.apply(this, given);
    safely(arrive)();
    return result;
  };
};

const arrive = () => {
  const path = location.pathname + (options.hash ? location.hash : '');
  if (path != lastPath) {
    lastPath = path;
    view();
  }
};

// Counts a view of the page; one that nobody looks at yet is held until somebody does.
const view = (given = {}) => {
  held = document.hidden && given;
  if (held) return;
  reportEngagement?.(true);
  retitle();
  // The first view goes at once, with whatever the page calls in the same breath.
  if (!pageUrl) queueMicrotask(flush);
  const referrer = pageUrl || (document.referrer && tidy(document.referrer));
  pageUrl = tidy(given.url || location);
  pageTitle = put('page_view', {
    ...given,
    title: document.title,
    referrer,
    url: pageUrl,
  }).properties;
  reportEngagement ||= watchEngagement(putHere, wanted('scroll'));
  catchUp();
};

// Single-page apps set the title after the address: what has not gone yet gets the later one.
const retitle = () => {
  pageTitle.title = document.title;
};

const leave = () => {
  reportEngagement?.();
  flush();
};

const putHere = (name, properties) => put(name, { ...properties, page_url: pageUrl || tidy(location) });

// An address as collect wants it: no fragment unless it is a route, no email address, 2,000 characters.
const tidy = (address) => {
  const url = new URL(address, location);
  if (!options.hash) url.hash = '';
  return url.href.replace(/=[^=&#]+(@|%40)[^&#]*/gi, '=').slice(0, 2000);
};

// Calls wait for init(), and for the first view: with it comes what brought the visitor here.
const api = safely((method, ...given) => {
  if (method == 'init' || pageUrl || (begun && !held)) calls[method](...given);
  else early.push([method, ...given]);
});

const catchUp = () => early.splice(0).forEach(api.q.push);

const takeOver = () => {
  const stub = window[globalName];
  // The snippet may be on the page twice.
  if (stub?.track) return;
  for (const method in calls) api[method] = api.bind(null, method);
  // Whoever kept the snippet's function still reaches us.
  api.q = { push: (call) => api(...call) };
  window[globalName] = api;
  stub?.q?.forEach(api.q.push);
};

safely(takeOver)();
