// Single keys, listed under "?". They act outside fields and dialogs only, can be switched off, and never
// change anything by themselves: they focus, open or follow what is already on the page.
(() => {
  "use strict";

  const $ = (selector) => document.querySelector(selector);
  const isOn = document.body.dataset.shortcuts === "on";
  const GO_FOR = 1500; // ms in which the second key after "g" counts
  let goUntil = 0;

  const isVisible = (element) => element.checkVisibility();
  const inField = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  function find() {
    const field = $("#find") ?? $("#finder");
    field?.focus();
    field?.select();
  }

  /** Move the focus to the next or the previous row of the page's lists. */
  function move(step) {
    const rows = [...document.querySelectorAll("main .row-link")].filter(isVisible);
    const at = rows.findIndex((row) => row === document.activeElement || row.closest("tr, li")?.contains(document.activeElement));
    rows.at(at < 0 ? (step > 0 ? 0 : -1) : Math.min(Math.max(at + step, 0), rows.length - 1))?.focus();
  }

  /** Press the visible control that carries this key. */
  function press(key) {
    const control = [...document.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(key)}"]`)].find(isVisible);
    if (!control) return false;
    control.focus();
    const folded = control.matches("summary") && control.parentElement;
    if (folded) {
      folded.open = true;
      folded.querySelector("textarea, input:not([type=hidden])")?.focus();
    } else if (!inField(control)) control.click();
    return true;
  }

  function go(key) {
    const link = $(`[data-go="${CSS.escape(key)}"]`);
    link?.click();
    return link !== null;
  }

  function single(key) {
    if (Date.now() < goUntil) {
      goUntil = 0;
      return go(key);
    }
    switch (key) {
      case "/": find(); return true;
      case "?": $("#shortcuts")?.showModal(); return true;
      case "g": goUntil = Date.now() + GO_FOR; return true;
      case "j": move(1); return true;
      case "k": move(-1); return true;
      default: return /^[a-z]$/.test(key) && press(key);
    }
  }

  function arrows(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const target = event.target;
    if (!step || !(target.matches(".row-link") || (step > 0 && target.matches("#find, #finder")))) return false;
    move(step);
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || $("dialog:modal")) return;
    const { key, target } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && key.toLowerCase() === "k") {
      event.preventDefault();
      find();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrows(event) || (isOn && !inField(target) && single(key))) event.preventDefault();
  });

  // A note takes Enter as a new line, so Ctrl or Cmd + Enter sends its form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
      event.target.form?.requestSubmit();
    }
  });
})();
