// A drawing with the words that stand below it: as wide as it was made, a wide one scrolls; presented, as large as there is room.
const SCROLLS = 940

export default function ({ data: bytes, parentElement }) {
  const { svg: text, said } = given(bytes)
  const theme = followTheme(parentElement)
  const place = parentElement.querySelector(".drawing")
  const below = parentElement.querySelector("p")
  below.textContent = said
  if (place.drawn !== text) place.innerHTML = place.drawn = text
  const svg = place.querySelector("svg")
  const { width } = svg.viewBox.baseVal
  svg.dataset.theme = theme
  svg.style.setProperty("--least", `${Math.min(width, SCROLLS)}px`)
  fitToScreen(svg, `${width}px`, "", { get offsetHeight() { return below.offsetHeight + 8 } })
}
