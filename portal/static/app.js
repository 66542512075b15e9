// What the drawn views need in the browser: events to the server, the chart's crosshair, copying, the colour mode.
// Elements speak by attributes: data-emit + data-arg (the event "view" to the page's Python), data-picks, data-copy, data-mode-switch,
// data-key (a keyboard shortcut that clicks), data-menu, data-hover (a tooltip's text); <main data-follows> has no Python behind it.
(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  };

  // A form of conditions that shows its answer as soon as one of them is chosen.
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-auto] select")) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.switcher[open]")) if (!open.contains(event.target)) open.open = false;
    const target = event.target.closest?.("[data-emit],[data-copy],[data-mode-switch],[data-menu]");
    const side = find(".side");
    if (side?.classList.contains("open") && (!event.target.closest(".side") || event.target.closest("a"))) setMenu(false);
    if (!target) return;
    const { emit, arg, copy } = target.dataset;
    if (emit) {
      const follows = find("main[data-follows]");
      if (!follows && !window.emitEvent) return;
      event.preventDefault();
      choose(target);
      const picks = "picks" in target.dataset ? document.querySelectorAll("[name=pick]:checked") : [];
      follows ? follow(emit, arg) : window.emitEvent("view", emit, [arg, ...[...picks].map((box) => box.value)].join(" "));
    } else if (copy) copyText(target, find(copy));
    else if ("menu" in target.dataset) setMenu(!side.classList.contains("open"));
    else switchMode();
  });

  // A page without a socket keeps its whole state in its address: there is its next look, too.
  async function follow(name, value) {
    const to = new URL(location.href);
    const [panel, tab] = value.split(":");
    tab ? to.searchParams.set(`${name}-${panel}`, tab) : to.searchParams.set(name, value);
    find("main").setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(to);
      const next = find("main", new DOMParser().parseFromString(await answer.text(), "text/html"));
      find("main").replaceWith(next);
      history.pushState(null, "", to);
      find(`[data-emit="${CSS.escape(name)}"][data-arg="${CSS.escape(value)}"]`)?.focus({ preventScroll: true });
    } catch {
      location.assign(to);
    }
  }
  window.addEventListener("popstate", () => find("main[data-follows]") && location.reload());

  // At once; the server's markup follows.
  function choose(target) {
    for (const state of ["aria-pressed", "aria-selected"]) {
      if (!target.hasAttribute(state)) continue;
      for (const other of target.parentElement.children) if (other.hasAttribute(state)) other.setAttribute(state, other === target);
    }
  }

  function setMenu(open) {
    find(".side").classList.toggle("open", open);
    find("[data-menu]")?.setAttribute("aria-expanded", open);
  }

  async function copyText(button, source) {
    const text = source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without TLS, no clipboard.
      const area = make("textarea", "sr", text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const label = find("[data-copied]", button);
    label.before ??= label.textContent;
    label.textContent = label.dataset.copied;
    setTimeout(() => (label.textContent = label.before), 1800);
  }

  function switchMode() {
    const dark = (root.dataset.mode || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    applyMode(dark ? "light" : "dark");
  }

  function applyMode(mode) {
    document.cookie = `mode=${mode};path=/;max-age=31536000;samesite=lax`;
    root.dataset.mode = mode;
    root.style.colorScheme = mode;
    window.setDark?.(mode === "dark");
  }
  const chosen = getComputedStyle(root).colorScheme;
  if (chosen === "light" || chosen === "dark") root.dataset.mode = chosen;

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const back = getComputedStyle(at).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    const step = { ArrowLeft: 1, ArrowRight: 1, Home: 1, End: 1 }[event.key] && (event.key === back ? -1 : 1);
    if (step && at.matches?.(".plot")) {
      const last = readChart(at).points.length - 1;
      const to = { Home: 0, End: last, ArrowLeft: (at.at ?? last + 1) - 1, ArrowRight: (at.at ?? -1) + 1 }[event.key];
      show(at, to);
      event.preventDefault();
    } else if (step && at.matches?.("[role=tab]")) {
      const tabs = [...at.parentElement.children];
      tabs.at((tabs.indexOf(at) + step) % tabs.length).focus();
      event.preventDefault();
    } else if (event.key === "Escape") {
      document.querySelectorAll(".plot.on").forEach(hide);
      if (find(".side.open")) setMenu(false);
    } else shortcut(event);
  });

  function shortcut(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input,textarea,select,[contenteditable],.q-dialog")) return;
    const target = find(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (target) {
      event.preventDefault();
      target.click();
    }
  }

  function readChart(plot) {
    return (plot.chart ||= JSON.parse(plot.dataset.chart));
  }

  function show(plot, wanted) {
    const { points, ys, name } = readChart(plot);
    const i = Math.max(0, Math.min(points.length - 1, wanted));
    const [title, value, beforeTitle, before] = points[i];
    const x = points.length > 1 ? (i / (points.length - 1)) * 100 : 50;
    const y = ys[i];
    const tip = find(".tip", plot);
    const line = (className, key, label, figure) => make("p", className, make("i", key), label, make("b", "", figure));
    tip.replaceChildren(make("p", "title", title), line("", "key", name, value));
    if (before) tip.append(line("quiet", "key before", beforeTitle, before));
    tip.classList.toggle("flip", x > 60);
    tip.style.left = find(".cross", plot).style.left = x + "%";
    Object.assign(find(".dot", plot).style, { left: x + "%", top: `calc((100% - 28px) * ${1 - (y ?? 0)})`, visibility: y === null ? "hidden" : "visible" });
    plot.at = i;
    plot.classList.add("on");
    plot.setAttribute("aria-valuenow", i);
    plot.setAttribute("aria-valuetext", `${title}: ${name} ${value}` + (before ? `; ${beforeTitle}: ${before}` : ""));
  }

  function hide(plot) {
    plot.classList.remove("on");
    plot.at = undefined;
  }

  document.addEventListener("pointermove", (event) => {
    const plot = event.target.closest?.(".plot");
    for (const other of document.querySelectorAll(".plot.on")) if (other !== plot && other !== document.activeElement) hide(other);
    if (plot) {
      const box = plot.getBoundingClientRect();
      show(plot, Math.round(((event.clientX - box.left) / box.width) * (readChart(plot).points.length - 1)));
    }
    hover(event);
  }, { passive: true });
  document.addEventListener("focusout", (event) => event.target.matches?.(".plot") && hide(event.target));

  function hover(event) {
    const over = event.target.closest?.("[data-hover]");
    let box = find("#hover");
    if (!over) return box?.remove();
    if (!box) {
      box = make("div", "");
      box.id = "hover";
      document.body.append(box);
    }
    box.textContent = over.dataset.hover;
    const x = Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8);
    box.style.transform = `translate(${x}px,${event.clientY + 16}px)`;
  }
})();
