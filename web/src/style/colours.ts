// A colour of the theme as it is now.  The variables of page.css hold light-dark() pairs, which only a
// property that is a colour resolves; so one is asked of an element that has it.

export function colourOf(element: Element, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
