// What keeps the page unharmed: everything the browser calls in this script goes through safely().

export const safely = (work) => (...given) => {
  try {
    return work(...given);
  } catch {
    // Storage may be blocked, a global replaced: a visit is worth less than the page it is on.
  }
};

// On the window and in the capture phase every event passes, also one that does not bubble or that a page stops.
export const on = (types, handler) =>
  types.split(' ').forEach((type) => addEventListener(type, safely(handler), true));

export const uuid = () => {
  try {
    return crypto.randomUUID();
  } catch {
    // Pages on plain http have no randomUUID, but every blob's address ends in one.
    return URL.createObjectURL(new Blob()).slice(-36);
  }
};
