// On a projector a mistake is one screen: what does not fit it stands on the next, by Page Down or a presenter's clicker.
const PARTS = ["pre, .heard", ".map, .measures", ".words"]
const ZOOMS = [1.4, 1.3, 1.2, 1.1, 1]

// Whether the page would have to be scrolled.
function isTooLong() {
  const page = document.querySelector("[data-testid=stMain]")
  return page.scrollHeight > page.clientHeight
}

// Which parts stand on each screen, as lists of elements; null where everything is shown, one below the other.
function slidesOf(root) {
  const body = root.querySelector(".body")
  body.style.zoom = ""
  const parts = PARTS.map((part) => [...body.querySelectorAll(part)].filter((each) => each.childNodes.length))
  for (const svg of root.querySelectorAll(".map svg")) {
    svg.setAttribute("preserveAspectRatio", "xMinYMin meet")
    fitToScreen(svg, "", "", belowMap(svg))
  }
  showParts(body, null)
  if (!isInRoom()) return null
  const slides = [[]]
  for (const part of parts.filter((each) => each.length)) {
    const together = [...slides.at(-1), ...part]
    showParts(body, together)
    if (slides.at(-1).length && (isTooLong() || isCrowded(body))) slides.push(part)
    else slides[slides.length - 1] = together
  }
  return slides
}

// Whether a map is so small that its words, at a legible size, would not find room.
function isCrowded(body) {
  return [...body.querySelectorAll(".map:not(.off) svg")].some((svg) => svg.getScreenCTM().a < leastType() / 26)
}

// Shows these elements of the body alone, or all of them.
function showParts(body, shown) {
  for (const each of body.querySelectorAll(PARTS.join(","))) each.classList.toggle("off", Boolean(shown && !shown.includes(each)))
  const sides = body.querySelector(".sides")
  sides.classList.toggle("off", Boolean(shown && !shown.some((each) => sides.contains(each))))
  for (const svg of body.querySelectorAll(".map:not(.off) svg")) fit(svg)
}

// What stands below a map: how it reads, and the numbers; as high on both sides, since their rows are shared.
function belowMap(svg) {
  const sides = svg.closest(".sides")
  const highest = (part) => Math.max(0, ...[...sides.querySelectorAll(part)].map((each) => each.offsetHeight + 14))
  return { get offsetHeight() { return highest(".key") + highest(".reads") + highest(".measures:not(:empty)") } }
}

// As large as the screen allows; a map grows by itself.
function enlarge(body) {
  if (body.querySelector(".map:not(.off)")) return
  for (const zoom of ZOOMS) {
    body.style.zoom = zoom
    if (!isTooLong()) return
  }
}

function showSlide(root, state) {
  const slides = slidesOf(root)
  state.slides = slides?.length ?? 1
  state.slide = Math.max(0, Math.min(state.slide, state.slides - 1))
  if (slides) {
    showParts(root.querySelector(".body"), slides[state.slide])
    enlarge(root.querySelector(".body"))
  }
  const dots = root.querySelector(".slides")
  dots.hidden = state.slides === 1
  dots.textContent = [...Array(state.slides).keys()].map((each) => (each === state.slide ? "●" : "○")).join(" ")
  dots.setAttribute("aria-label", `Part ${state.slide + 1} of ${state.slides}`)
  const { before, after } = state.data.detail
  root.querySelector(".before").disabled = !before && state.slide === 0
  root.querySelector(".after").disabled = !after && state.slide === state.slides - 1
  keepLegible(root.getRootNode().host)
}

// One screen on or back; from the last to the next mistake, from the first to the end of the one before.
function turn(root, state, way) {
  const slide = state.slide + way
  if (isPresented() && slide >= 0 && slide < state.slides) {
    state.slide = slide
    return showSlide(root, state)
  }
  const key = way > 0 ? state.data.detail.after : state.data.detail.before
  if (!key) return undefined
  state.slide = way > 0 ? 0 : Infinity
  return pick(root, state, key)
}

function turnByKey(root, state, event) {
  const way = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key]
  const target = event.composedPath()[0]
  const typing = target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey
  if (!way || typing || modified || !isPresented() || !root.checkVisibility()) return
  event.preventDefault()
  turn(root, state, way)
}
