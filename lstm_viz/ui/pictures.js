// Shows a picture of the data. What came from the same place lights up together, wherever it stands.
const NARROW = 620
const shown = new WeakMap()
// the first of these that an element has says what it came from
const KINDS = [["code", "[data-code]"], ["sample", "[data-sample]"], ["row", "[data-row]"]]

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  const theme = followTheme(parentElement)
  const picture = parentElement.querySelector(".picture")
  const said = parentElement.querySelector(".row")
  if (shown.get(picture) !== data.svg) {
    picture.innerHTML = data.svg
    shown.set(picture, data.svg)
  }
  const svg = picture.querySelector("svg")
  svg.dataset.theme = theme
  const turn = showPart(svg, picture)
  const light = (target) => {
    const found = KINDS.map(([kind, selector]) => [kind, target?.closest(selector)]).find(([, element]) => element)
    const value = found?.[1].dataset[found[0]]
    for (const [kind, selector] of KINDS) {
      for (const element of svg.querySelectorAll(selector)) {
        element.classList.toggle("lit", kind === found?.[0] && element.dataset[kind] === value)
      }
    }
    said.textContent = found ? found[1].querySelector("title")?.textContent ?? "" : ""
    const letter = target?.closest("[data-axis]:not(.block)")?.dataset.axis.split(" ")[0]
    if (letter) svg.dataset.lit = letter
    else delete svg.dataset.lit
  }
  const blocks = [...svg.querySelectorAll(".block")]
  for (const block of blocks) block.setAttribute("aria-pressed", block.dataset.tensor === data.picked)
  const pick = (block) => block && setStateValue("picked", block.dataset.tensor === data.picked ? null : block.dataset.tensor)
  svg.onclick = (event) => pick(event.target.closest(".block"))
  svg.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    pick(event.target.closest(".block"))
  }
  svg.onpointermove = (event) => event.target.matches(".front[data-front]") && sayValue(event.target, event)
  svg.onpointerover = (event) => light(event.target)
  svg.onpointerleave = () => light(null)
  const measure = () => {
    turn(0)
    const narrow = picture.clientWidth > 0 && picture.clientWidth < NARROW
    if (picture.dataset.narrow === String(narrow) || !picture.clientWidth) return
    const first = picture.dataset.narrow === undefined
    picture.dataset.narrow = narrow
    if (!first || narrow) setStateValue("narrow", narrow)
  }
  const observer = new ResizeObserver(measure)
  observer.observe(picture)
  const key = pageKey((way) => picture.clientWidth > 0 && turn(way))
  picture.forget?.() // what is returned below is called when the page goes, not at an update
  window.addEventListener("keydown", key)
  picture.forget = () => {
    observer.disconnect()
    window.removeEventListener("keydown", key)
  }
  return picture.forget
}
