// Shows the drawing that the server made, and adds what a page can: pointing, choosing, and marking what has changed.
const NARROW = 620
const MARKED = 1100
const drawn = new WeakMap()
const observers = new WeakMap()
let asked = 0
let ask = null
let marked = null

// controls.js asks whoever shows the picture to take a change
window.addEventListener("lstm:set", (event) => {
  if (!ask) return
  event.preventDefault()
  ask(event.detail)
})

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  const picture = parentElement.querySelector(".picture")
  ask = (change) => askForPicture(change, data, picture, (shown) => show({ ...data, ...shown }, parentElement, setStateValue))
  // the page answers later than the route: what it says of an earlier setting is over
  if (data.seen >= asked || !picture.firstChild) {
    asked = 0
    show(data, parentElement, setStateValue)
  }

  const measure = () => {
    const narrow = picture.clientWidth > 0 && picture.clientWidth < NARROW
    if (picture.dataset.narrow !== String(narrow)) {
      const first = picture.dataset.narrow === undefined
      picture.dataset.narrow = narrow
      if (!first || narrow) setStateValue("narrow", narrow)
    }
  }
  observers.get(picture)?.disconnect()
  const observer = new ResizeObserver(measure)
  observers.set(picture, observer)
  observer.observe(picture)
  return () => {
    ask = null
    observer.disconnect()
  }
}

async function askForPicture({ query, fields, sent }, { route, place }, picture, show) {
  const entries = new URLSearchParams(query)
  entries.set("set", JSON.stringify(fields))
  if (picture.dataset.narrow === "true") entries.set("tall", "1")
  if (isPresented()) entries.set("far", "1")
  if (place.unrolled) entries.set("unrolled", "1")
  let shown = null
  try {
    const answer = await fetch(`${route}?${entries}`)
    if (answer.ok) shown = await answer.json()
  } catch {
    // no such route, or no connection: the page is told instead
  }
  // the next question leaves before this answer is drawn
  window.dispatchEvent(new CustomEvent("lstm:drawn", { detail: { sections: shown?.sections } }))
  if (shown && picture.isConnected) {
    asked = sent
    show(shown)
  }
}

function show(data, parentElement, setStateValue) {
  const theme = followTheme(parentElement)
  const picture = parentElement.querySelector(".picture")
  const focused = parentElement.activeElement?.dataset?.tensor
  const before = shapesIn(picture)

  if (drawn.get(picture) !== data.svg) {
    picture.innerHTML = data.svg
    drawn.set(picture, data.svg)
  }
  const svg = picture.querySelector("svg")
  svg.dataset.theme = theme
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number)
  fitToScreen(svg, `${width * 1.35}px`, height > 1.2 * width ? "" : "calc(100vh - 11rem)", parentElement.querySelector(".said"))

  for (const block of svg.querySelectorAll(".block")) {
    const { tensor, shape } = block.dataset
    block.setAttribute("aria-pressed", tensor === data.place.tensor)
    block.classList.toggle("changed", before.size > 0 && before.get(tensor) !== shape)
  }
  clearTimeout(marked)
  marked = setTimeout(() => svg.querySelectorAll(".changed").forEach((block) => block.classList.remove("changed")), MARKED)
  if (focused) svg.querySelector(`[data-tensor="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })

  // the moment is in it, since the server may have gone elsewhere: the same choice again is a choice too
  const go = (change) => {
    const { tensor, unrolled } = Object.assign(data.place, change)
    remember({ tensor, unrolled })
    setStateValue("place", { tensor, unrolled, at: Date.now() })
  }
  const pick = (block) => block && go({ tensor: block.dataset.tensor === data.place.tensor ? "" : block.dataset.tensor })
  svg.onclick = (event) => pick(event.target.closest(".block"))
  svg.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    pick(event.target.closest(".block"))
  }
  const light = (letter) => { if (letter) svg.dataset.lit = letter; else delete svg.dataset.lit }
  const locked = () => parentElement.querySelector('.chips button[aria-pressed="true"]')?.dataset.letter
  svg.onpointermove = (event) => event.target.matches(".front") && sayValue(event.target, event)
  svg.onpointerover = (event) => {
    const named = event.target.closest("[data-axis]:not(.block)")
    light(named ? named.dataset.axis.split(" ")[0] : locked())
  }
  svg.onpointerleave = () => light(locked())
  drawChips(parentElement.querySelector(".chips"), data.symbols, light, locked)
  light(locked())

  const said = parentElement.querySelector(".said")
  if (drawn.get(said) !== data.said) {
    said.innerHTML = data.said
    drawn.set(said, data.said)
  }
  const unroll = parentElement.querySelector(".unroll")
  unroll.disabled = !data.can_unroll
  unroll.title = data.can_unroll ? "A cell for each step, with the state handed on" : "For T up to 12 and L up to 4, measured"
  unroll.setAttribute("aria-pressed", String(data.place.unrolled && data.can_unroll))
  unroll.onclick = () => go({ unrolled: !data.place.unrolled })
}

function shapesIn(picture) {
  const blocks = [...picture.querySelectorAll(".block")]
  return new Map(blocks.map((block) => [block.dataset.tensor, block.dataset.shape]))
}

function drawChips(bar, symbols, light, locked) {
  bar.setAttribute("aria-label", "Symbols: point at one to light its axis in every tensor")
  const letters = symbols.map((symbol) => symbol.letter).join()
  if (bar.dataset.letters !== letters) {
    bar.dataset.letters = letters
    bar.replaceChildren(...symbols.map((symbol) => {
      const button = document.createElement("button")
      button.type = "button"
      button.dataset.letter = symbol.letter[0]
      button.style.setProperty("--c", `var(--${symbol.letter[0]})`)
      button.setAttribute("aria-pressed", "false")
      button.append(Object.assign(document.createElement("b"), { textContent: symbol.letter }), document.createElement("span"))
      return button
    }))
  }
  symbols.forEach((symbol, place) => {
    const button = bar.children[place]
    button.querySelector("span").textContent = ` ${symbol.name} ${symbol.size.toLocaleString("en")}`
    button.title = symbol.help
    button.onpointerenter = button.onfocus = () => light(symbol.letter[0])
    button.onpointerleave = button.onblur = () => light(locked())
    button.onclick = () => {
      const pressed = button.getAttribute("aria-pressed") === "true"
      for (const other of bar.children) other.setAttribute("aria-pressed", "false")
      button.setAttribute("aria-pressed", String(!pressed))
      light(locked())
    }
  })
}
