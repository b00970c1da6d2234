// What an eye sees at once and an accessibility checker does not: words that are cut off, and what sticks out of the page.
function layout(width) {
  const wrong = [];
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".govuk-visually-hidden, .govuk-skip-link, svg, script, style");
  const short = (e) => e.outerHTML.slice(0, 100);
  const scrolls = (e) => /auto|scroll/.test(getComputedStyle(e).overflowX);
  const page = document.documentElement.scrollWidth;
  if (page > width) wrong.push(`the page is ${page} px wide`);
  for (const e of document.body.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    if (!seen(e) || box.width === 0 || box.height === 0) continue;
    let inner = e.parentElement;
    while (inner && !(inner !== document.documentElement && scrolls(inner))) inner = inner.parentElement; // the page itself scrolls, down
    if (!inner && (box.right > width + 1 || box.left < -1)) wrong.push(`${short(e)} is outside the page, from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    const style = getComputedStyle(e);
    const hides = (overflow, has, shows) => /hidden|clip/.test(overflow) && has > shows + 1;
    if (e.textContent.trim() && (hides(style.overflowX, e.scrollWidth, e.clientWidth) || hides(style.overflowY, e.scrollHeight, e.clientHeight))) {
      wrong.push(`${short(e)} is cut off`);
    }
  }
  return wrong;
}
