// What the pages do beyond plain links and forms: dialogs, answers to what is pressed, and word when none comes.
// Every page works without it. Nothing is stored in the browser.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (type, react, capture) => document.addEventListener(type, react, capture);
  const drawer = $("#drawer");
  const discard = $("#discard");

  // ---- Reading aloud -------------------------------------------------------------------------------------

  /** Say a text once to screen readers, in the open dialog when there is one: the page behind it is silent. */
  function announce(text) {
    const region = $("dialog:modal .live") ?? $("#live");
    if (!region) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  }

  // ---- Dialogs and the drawer ----------------------------------------------------------------------------

  let opener = null; // of the drawer
  let typed = false; // since the page or the drawer was opened
  let downOn = null; // where the mouse went down: selecting text may end outside the dialog

  /** Open a dialog. Focus returns to `from` when it closes; a key press has no focused button of its own. */
  function open(dialog, from) {
    if (!dialog || dialog.open) return;
    from?.focus({ preventScroll: true });
    dialog.showModal();
  }

  /** Close a dialog. The drawer asks once before typed text is lost. */
  function close(dialog) {
    if (dialog === drawer && typed) open(discard);
    else dialog.close();
  }

  on("open-drawer", (event) => {
    typed = false;
    opener = event.target.closest?.("a, button") ?? document.activeElement;
    open(drawer, opener);
  });

  on("close-drawer", () => {
    typed = false;
    opener = null;
    drawer.close();
    $("#receipt")?.focus();
  });

  on("input", (event) => { typed ||= event.target.closest("main, #drawer") !== null; });
  on("pointerdown", (event) => { downOn = event.target; });

  drawer?.addEventListener("cancel", (event) => {
    if (event.target !== drawer) return;
    event.preventDefault();
    close(drawer);
  });

  // Emptied, so that opening it again brings a new form and no id is on the page twice.
  drawer?.addEventListener("close", () => {
    drawer.replaceChildren();
    if (opener?.isConnected) opener.focus();
  });

  on("click", (event) => {
    const target = event.target.closest("[data-close], [data-discard], [data-open-dialog]");
    const dialog = target?.closest("dialog");
    if (target?.dataset.openDialog) open($(`#${target.dataset.openDialog}`), target);
    else if (target?.matches("[data-discard]")) {
      typed = false;
      dialog.close();
      drawer.close();
    } else if (dialog) {
      if (!target.hasAttribute("hx-get")) event.preventDefault();
      close(dialog);
    } else if (event.target.matches("dialog") && downOn === event.target) {
      close(event.target); // its backdrop was pressed
    }
  });

  on("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  on("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    $("summary", menu).focus();
  });

  // Enter opens a form whose button then has the focus: held down, the same key must not press that too.
  on("keydown", (event) => {
    if (event.repeat && event.key === "Enter" && event.target.matches("a, button, summary")) event.preventDefault();
  });

  // ---- Forms ---------------------------------------------------------------------------------------------

  const numbers = new Intl.NumberFormat(document.documentElement.dataset.locale || "en-GB");

  /** The amount as typed: grouping signs and spaces taken away; null unless it is a plain positive number. */
  function amount(text) {
    const plain = text.replace(/[\s,'’]/g, "");
    return /^\d{1,12}(\.\d{1,2})?$/.test(plain) && Number(plain) > 0 ? Number(plain) : null;
  }

  /** Let the button say what it will do, and show which preset the field holds. */
  function relabel(field) {
    const value = amount(field.value);
    for (const button of document.querySelectorAll(`[data-amount-of="${field.id}"]`)) {
      const { template, singular, empty, alone, above, aboveSingular, most = Infinity } = button.dataset;
      const asks = alone !== undefined && value > Number(alone);
      const words = value === 1 ? (asks ? aboveSingular : singular) : (asks ? above : template);
      $("span", button).textContent = value === null || value > Number(most) ? empty : words.replace("{amount}", numbers.format(value));
    }
    for (const preset of document.querySelectorAll(`[data-preset][data-field="${field.id}"]`)) {
      preset.setAttribute("aria-pressed", String(value !== null && amount(preset.dataset.preset) === value));
    }
  }

  on("input", (event) => { if (event.target.id) relabel(event.target); });

  on("click", (event) => {
    const preset = event.target.closest("[data-preset]");
    if (!preset) return;
    const field = document.getElementById(preset.dataset.field);
    field.value = preset.dataset.preset;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  on("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });

  // ---- Copying -------------------------------------------------------------------------------------------

  on("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.dataset.copied = "";
      setTimeout(() => delete button.dataset.copied, 2000);
      announce("Copied");
    } catch {
      announce("Not copied. Select the text and copy it from there.");
    }
  });

  // ---- While a request is under way, and when no answer comes --------------------------------------------

  const isPoll = (context) => context.sourceEvent?.type === "every";
  const isOnLoad = (context) => context.sourceEvent?.type === "load";

  /** The button that was pressed, or the form's own when Enter was. */
  function pressed(element, submitter) {
    return submitter ?? (element.matches("form") ? $('[type="submit"]:not([name])', element) : element.closest(".button"));
  }

  function busy(button) {
    button?.setAttribute("aria-busy", "true");
    return button && setTimeout(() => announce("Working"), 1000);
  }

  /** Say that there was no answer. What was sent may have been carried out, so never that it was not. */
  function trouble(context) {
    if (isPoll(context)) return;
    const source = context.sourceElement;
    const skeleton = isOnLoad(context) && ($(".skeleton", source) ?? source.closest(".skeleton"));
    if (skeleton) {
      skeleton.removeAttribute("aria-busy");
      skeleton.querySelectorAll(".skeleton-row, .skeleton-wait").forEach((row) => row.remove());
      $(".skeleton-failed", skeleton).hidden = false;
      return;
    }
    const banner = source.closest("dialog")?.querySelector(".trouble") ?? $("#trouble");
    const label = $("span", pressed(source, context.request.submitter) ?? source)?.textContent ?? "the same again";
    const once = source.closest("form")?.querySelector("[name=intent]") && context.request.method === "POST";
    if (!banner) return;
    $("p", banner).textContent = once
      ? `No answer yet. Press ${label} again: it cannot be given twice.`
      : "No answer yet. Try again.";
    banner.dataset.method = context.request.method;
    banner.hidden = false;
    banner.scrollIntoView({ block: "nearest" });
  }

  const waiting = new WeakMap();

  on("htmx:config:request", (event) => {
    if (document.hidden && isPoll(event.detail.ctx)) event.preventDefault();
  });

  on("htmx:before:request", ({ detail: { ctx } }) => {
    if (isPoll(ctx) || isOnLoad(ctx)) return;
    const button = pressed(ctx.sourceElement, ctx.request.submitter);
    waiting.set(ctx, { button, timer: busy(button) });
  });

  on("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.response.status >= 500) trouble(ctx);
    else if (!isPoll(ctx)) {
      // A read that works says nothing of a change that got no answer.
      document.querySelectorAll(`[data-method="${ctx.request.method}"]`).forEach((banner) => { banner.hidden = true; });
      if (!isOnLoad(ctx)) stayed();
    }
  });

  on("htmx:error", ({ detail: { ctx } }) => { if (ctx) trouble(ctx); });

  on("htmx:finally:request", ({ detail: { ctx } }) => {
    const { button, timer } = waiting.get(ctx) ?? {};
    clearTimeout(timer);
    button?.removeAttribute("aria-busy");
  });

  // Plain forms leave the page; the mark goes with it, or is taken off when the browser brings the page back.
  on("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "dialog") return;
    busy(pressed(event.target, event.submitter));
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("[aria-busy].button").forEach((button) => button.removeAttribute("aria-busy"));
  });

  // ---- Coming back to a member's page that was left open ---------------------------------------------------

  const STALE = 5 * 60 * 1000; // ms
  let shown = Date.now();

  /** Read the figures again. Not while something is typed: the note's field is among what comes again. */
  function refresh() {
    if (document.hidden || typed || !$("#strip") || Date.now() - shown < STALE) return;
    shown = Date.now();
    document.body.dispatchEvent(new CustomEvent("member-changed"));
  }

  addEventListener("focus", refresh);
  on("visibilitychange", refresh);

  // ---- Before the session ends ---------------------------------------------------------------------------

  const WARNING = 120;
  const idle = Number(document.body.dataset.idleSeconds);
  let last = Date.now();

  function stayed() { last = Date.now(); }

  function warn() {
    const left = idle - (Date.now() - last) / 1000;
    const dialog = $("#idle");
    // The server says that the session has ended and where to go on. Typed text is kept when it is sent.
    if (left <= 0 && !typed && !$(".error-summary")) location.reload();
    else if (left <= WARNING && !dialog.open) dialog.showModal();
    else if (left > WARNING && dialog.open) dialog.close();
  }

  if (idle && $("#idle")) setInterval(warn, 10000);
})();
