// The brand's editor: previews that swap without a flash, pictures that are dropped, and a warning before leaving.
(() => {
  const WIDTHS = { desktop: 1280, phone: 390 };
  const stage = () => document.querySelector(".stage");

  // Loads a preview behind the one that is seen, and swaps once it is there.
  window.showPreview = (url) => {
    const [seen, next] = [...stage().querySelectorAll("iframe")].sort((a, b) => b.classList.contains("on") - a.classList.contains("on"));
    next.onload = () => {
      if (next.dataset.url !== url) return;
      const same = seen.dataset.url?.split("?")[0] === url.split("?")[0];
      if (same) next.contentWindow?.scrollTo(0, seen.contentWindow?.scrollY ?? 0);
      next.classList.add("on");
      seen.classList.remove("on");
      stage().dataset.shown = url;
    };
    next.dataset.url = url;
    next.contentWindow.location.replace(url);
  };
  window.setPreviewWidth = (name) => {
    stage().dataset.width = name;
    fit();
  };

  function fit() {
    const box = stage();
    if (!box) return;
    const width = WIDTHS[box.dataset.width] ?? WIDTHS.desktop;
    const scale = Math.min(1, box.clientWidth / width);
    for (const frame of box.querySelectorAll("iframe")) {
      Object.assign(frame.style, { width: width + "px", height: box.clientHeight / scale + "px", transform: `scale(${scale})`, marginInlineStart: Math.max(0, (box.clientWidth - width * scale) / 2) + "px" });
    }
  }
  new MutationObserver((_, observer) => {
    if (!stage()) return;
    observer.disconnect();
    new ResizeObserver(fit).observe(stage());
  }).observe(document.documentElement, { childList: true, subtree: true });

  addEventListener("beforeunload", (event) => {
    if (document.body.dataset.unsaved) event.preventDefault();
  });

  function send(drop, file) {
    const bar = drop.querySelector("progress");
    const trouble = drop.querySelector("[role=alert]");
    const request = new XMLHttpRequest();
    const end = (message) => {
      bar.hidden = true;
      trouble.textContent = message;
    };
    trouble.textContent = "";
    if (file.size > Number(drop.dataset.most)) return end(drop.dataset.tooLarge);
    bar.hidden = false;
    bar.removeAttribute("value");
    request.upload.onprogress = (event) => event.lengthComputable && event.loaded < event.total && (bar.value = event.loaded / event.total);
    // Sent whole: what is left is the server's work, for which there is no measure.
    request.upload.onload = () => bar.removeAttribute("value");
    request.onerror = () => end(drop.dataset.lost);
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.response); } catch {}
      end(answer.digest ? "" : answer.message ?? drop.dataset.lost);
      if (answer.digest) window.emitEvent("view", "asset", `${drop.dataset.kind}:${answer.digest}`);
    };
    request.open("POST", drop.dataset.upload);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  }

  document.addEventListener("change", (event) => {
    const drop = event.target.closest?.(".drop");
    if (!drop || event.target.type !== "file" || !event.target.files.length) return;
    send(drop, event.target.files[0]);
    event.target.value = "";
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const drop = event.target.closest?.(".drop");
      // A file that misses its place must not replace the page.
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
      if (!drop) return;
      drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) send(drop, event.dataTransfer.files[0]);
    });
  }
})();
