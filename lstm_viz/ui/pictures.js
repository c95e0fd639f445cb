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
  const key = (event) => {
    const way = { PageUp: -1, PageDown: 1 }[event.key]
    if (!way || !isPresented() || event.defaultPrevented) return
    if (turn(way)) event.preventDefault()
  }
  picture.forget?.() // what is returned below is called when the page goes, not at an update
  window.addEventListener("keydown", key)
  picture.forget = () => {
    observer.disconnect()
    window.removeEventListener("keydown", key)
  }
  return picture.forget
}

// On a projector a long way is shown in parts, of as many lines as are legible; the page keys turn to the next.
function showPart(svg, picture) {
  svg.whole ??= svg.getAttribute("viewBox")
  const [, , asked, height] = svg.whole.split(" ").map(Number)
  svg.reach ??= Math.min(asked, svg.getBBox().width + 36)
  const width = isPresented() && !isPhone() ? svg.reach : asked
  const tops = [...(svg.dataset.lines ?? "0").split(" ").map(Number), height]
  fitToScreen(svg, `${width * 1.35}px`, "")
  return (way) => {
    const parts = isPresented() && !isPhone() ? partsOf(tops, width, picture) : [[0, height]]
    const place = Math.min(Math.max(Number(picture.dataset.part ?? 0) + way, 0), parts.length - 1)
    picture.dataset.part = place
    const [top, bottom] = parts[place]
    const box = `0 ${top} ${width} ${bottom - top}`
    if (svg.getAttribute("viewBox") !== box) svg.setAttribute("viewBox", box)
    svg.getRootNode().host?.keepsLegible?.()
    sayPart(picture, place, parts.length, (other) => turnBy(other))
    return parts.length > 1
  }
  function turnBy(other) {
    showPart(svg, picture)(other)
  }
}

function partsOf(tops, width, picture) {
  const lines = tops.length - 1
  const [across, down] = [picture.clientWidth, window.innerHeight - picture.getBoundingClientRect().top - 5 * rem()]
  for (let each = lines; each > 0; each -= 1) {
    const parts = []
    for (let first = 0; first < lines; first += each) parts.push([tops[first], tops[Math.min(first + each, lines)]])
    const tallest = Math.max(...parts.map(([top, bottom]) => bottom - top))
    if (each === 1 || Math.min(across / width, down / tallest) > 0.93 * (across / width)) return parts
  }
  return [[0, tops[lines]]]
}

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize)

function sayPart(picture, place, count, turn) {
  let bar = picture.parentElement.querySelector(".parts")
  if (!bar) {
    bar = Object.assign(document.createElement("div"), { className: "parts" })
    picture.before(bar)
  }
  bar.hidden = count < 2
  const button = (text, label, way, off) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, disabled: off })
    made.setAttribute("aria-label", label)
    made.onclick = () => turn(way)
    return made
  }
  bar.replaceChildren(
    button("‹", "The part before (Page Up)", -1, place === 0),
    Object.assign(document.createElement("span"), { textContent: `${place + 1} of ${count}` }),
    button("›", "The next part (Page Down)", 1, place === count - 1),
  )
}
