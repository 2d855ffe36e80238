// What a test asks of the page it looks at: how far it scrolls sideways, which targets are too small, which texts are cut off.
(least) => {
  const isSeen = (each) =>
    each.checkVisibility({ visibilityProperty: true }) &&
    !each.closest(".visually-hidden, .skip, .stacks thead") &&
    (!document.querySelector("dialog:modal") || each.closest("dialog:modal"));
  const seen = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);
  const words = (each) => `${each.tagName}.${each.className} ${each.textContent.trim().slice(0, 40)}`;

  // Links inside a sentence, and controls whose label or row is the target, are measured by other means (WCAG 2.5.8).
  const isInText = (each) => each.matches("a:not(.button)") && each.closest("p, dd, td, .detail, .line-sub, .breadcrumbs");
  const isWithin = (each) => each.matches(".row-link, [type=radio], [type=checkbox]");
  const isSmall = (each) => {
    const { width, height } = each.getBoundingClientRect();
    return width < least || height < least;
  };
  const isCutOff = (each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== "visible";

  return {
    sideways: Math.max(document.scrollingElement.scrollWidth - innerWidth, 0),
    small: seen("a[href], button, summary, input:not([type=hidden]), select, textarea")
      .filter((each) => !isInText(each) && !isWithin(each) && isSmall(each))
      .map(words),
    cutOff: seen(":is(main, dialog) :is(h1, h2, p, dt, dd, th, td, a, button, label, summary, legend)").filter(isCutOff).map(words),
  };
}
