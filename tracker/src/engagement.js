// How long a page was really looked at, and how far down: measured all along, sent when the visitor leaves.

import { on, safely } from './safety.js';

const THRESHOLDS = [25, 50, 75, 90, 100];

// `put(name, properties)` sends an event of the page that is being viewed.
export const watchEngagement = (put, withThresholds) => {
  let engagedMs = 0;
  let attentive = false;
  let since = 0;
  let depth = 0;
  let sentDepth = 0;
  let passed = 0;
  let settling;

  // Time counts while the page is visible and has the focus.
  const tick = () => {
    const now = performance.now();
    if (attentive) engagedMs += now - since;
    since = now;
    attentive = !document.hidden && document.hasFocus();
  };

  const measure = () => {
    const seen = (scrollY + innerHeight) / document.documentElement.scrollHeight;
    depth = Math.max(depth, Math.min(100, Math.round(seen * 100)));
    // What a page shows without being scrolled is no scrolling.
    while (withThresholds && scrollY > 0 && THRESHOLDS[passed] <= depth) {
      put('scroll_depth', { depth: THRESHOLDS[passed++] });
    }
  };

  const settled = safely(() => {
    settling = 0;
    measure();
  });

  on('focus blur visibilitychange', tick);
  on('scroll', () => {
    const settleMs = 100;
    settling ||= setTimeout(settled, settleMs);
  });

  tick();

  // Reports what came together since the last time; `next` begins a new view after it.
  return (next) => {
    tick();
    measure();
    // Leaving comes as two events, a moment apart: the second has nothing to say.
    if (engagedMs > 99 || depth > sentDepth) {
      put('engagement', { engaged_ms: Math.round(engagedMs), scroll_depth: depth });
      engagedMs = 0;
      sentDepth = depth;
    }
    if (next) engagedMs = depth = sentDepth = passed = 0;
  };
};
