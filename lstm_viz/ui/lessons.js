// The shelf of lessons, or one step. A step, and each change of a size, comes from the route at once: one question is on
// its way at a time, and the newest always follows. The page is told when it is quiet, for the address. Where there is no
// route, the page answers. What has been done is kept in this browser.
const NARROW = 720
const SETTLED = 250
const LEAST_ZOOM = 0.86 // what is 0.95 rem is 20 px at 1920 then
const KEPT = "lstm-lessons"
const lessons = { root: null, shelf: [], view: null, route: "", place: null, sent: 0, asked: 0, busy: false, timer: null, tell: null, turn: null }

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  const theme = followTheme(parentElement)
  const root = parentElement.querySelector(".lessons")
  if (lessons.root !== root) Object.assign(lessons, { root, view: null, sent: 0, asked: 0, busy: false })
  Object.assign(lessons, { shelf: data.shelf, route: data.route, theme })
  lessons.tell = (place, sent) => setStateValue("at", { ...place, sent, at: Date.now() })
  if (data.seen >= lessons.sent) {
    lessons.sent = lessons.asked = data.seen
    lessons.place = placeOf(data.view)
    show(data.view)
  }
  const part = (name) => root.querySelector(`.${name}`)
  part("next").onclick = () => move(1)
  part("back").onclick = () => move(-1)
  part("all").onclick = () => go({ lesson: "", step: "", sizes: {} })
  part("link").onclick = () => copyLink(part("link"))
  window.addEventListener("keydown", onKey)
  const measure = () => {
    const narrow = root.clientWidth > 0 && root.clientWidth < NARROW
    const same = root.dataset.narrow === String(narrow)
    const first = root.dataset.narrow === undefined
    root.dataset.narrow = narrow
    if (lessons.view) fitStep()
    if (same) return
    if (!first || narrow) setStateValue("narrow", narrow)
  }
  const observer = new ResizeObserver(measure)
  observer.observe(root)
  return () => {
    window.removeEventListener("keydown", onKey)
    observer.disconnect()
    document.documentElement.style.removeProperty("--lv-below")
  }
}

// ---- going somewhere
const placeOf = (view) => (view ? { lesson: view.lesson, step: view.step, sizes: view.sizes } : { lesson: "", step: "", sizes: {} })
const lessonOf = (key) => lessons.shelf.find((lesson) => lesson.key === key)

function onKey(event) {
  const way = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key]
  const target = event.composedPath()[0]
  const typing = target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey
  if (!way || typing || modified || !lessons.place?.lesson || !lessons.root?.isConnected) return
  event.preventDefault()
  move(way)
}

function move(way) {
  if (turnPart(way)) return
  const lesson = lessonOf(lessons.place.lesson)
  const place = lesson.steps.findIndex((step) => step.key === lessons.place.step) + way
  if (place < 0) return
  if (place === lesson.steps.length) go({ lesson: "", step: "", sizes: {} })
  else go({ lesson: lesson.key, step: lesson.steps[place].key, sizes: {} })
}

// A picture that is shown in parts is turned before the step is.
function turnPart(way) {
  const picture = lessons.root.querySelector(".step .picture")
  const before = picture.dataset.part
  if (!lessons.turn || !isPresented()) return false
  lessons.turn(way)
  return picture.dataset.part !== before
}

function go(place) {
  lessons.place = place
  lessons.sent += 1
  clearTimeout(lessons.timer)
  if (!lessons.busy) ask()
}

async function ask() {
  lessons.busy = true
  while (lessons.asked < lessons.sent) {
    lessons.asked = lessons.sent
    const { root, place, sent } = lessons
    const view = place.lesson ? await fetched(place) : null
    if (lessons.root !== root || !root.isConnected) return
    if (place.lesson && !view) {
      lessons.busy = false
      lessons.tell(place, sent)
      return
    }
    show(view)
  }
  lessons.busy = false
  clearTimeout(lessons.timer)
  lessons.timer = setTimeout(() => lessons.tell(lessons.place, lessons.sent), SETTLED)
}

async function fetched({ lesson, step, sizes }) {
  const entries = new URLSearchParams({ lesson, step })
  entries.set("sizes", Object.entries(sizes).map(([letter, size]) => `${letter}-${size}`).join("_"))
  entries.set("frame", lessons.root.dataset.narrow === "true" ? "tall" : isPresented() ? "room" : "wide")
  try {
    const answer = await fetch(`${lessons.route}?${entries}`)
    return answer.ok ? await answer.json() : null
  } catch {
    return null // no such route, or no connection: the page is told instead
  }
}

// ---- what was done
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {}
  } catch {
    return {} // nothing kept yet, or a browser that keeps nothing
  }
}

function keep(lesson, step) {
  const all = kept()
  const steps = new Set(all[lesson] ?? [])
  if (steps.has(step)) return
  all[lesson] = [...steps.add(step)]
  try {
    localStorage.setItem(KEPT, JSON.stringify(all))
  } catch {
    // a browser that keeps nothing
  }
}

const doneOf = (lesson) => {
  const done = new Set(kept()[lesson.key] ?? [])
  return lesson.steps.filter((step) => done.has(step.key)).length
}

// ---- drawing
function show(view) {
  const { root } = lessons
  const before = lessons.view
  lessons.view = view
  root.querySelector(".shelf").hidden = Boolean(view)
  root.querySelector(".step").hidden = !view
  if (!view) {
    standClear(root.querySelector(".move"))
    return drawShelf(root.querySelector(".shelf"))
  }
  if (!view.task || view.task.solved) keep(view.lesson, view.step)
  drawStep(view, before?.lesson === view.lesson && before?.step === view.step)
  return undefined
}

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

function drawShelf(shelf) {
  const all = lessons.shelf.reduce((sum, lesson) => sum + lesson.steps.length, 0)
  const done = lessons.shelf.reduce((sum, lesson) => sum + doneOf(lesson), 0)
  const said = done ? `${done} of ${all} steps done, kept in this browser.` : `${all} steps, a few minutes each lesson.`
  const head = element("header", { className: "head" },
    element("h2", { textContent: "Lessons" }),
    element("p", { textContent: `One idea a step, with a picture that follows you. ← and → turn the pages. ${said}` }))
  shelf.replaceChildren(head, ...lessons.shelf.map((lesson, place) => {
    const done = doneOf(lesson)
    const all = lesson.steps.length
    const next = lesson.steps.find((step) => !(kept()[lesson.key] ?? []).includes(step.key)) ?? lesson.steps[0]
    const card = element("a", { className: "card", href: `?lesson=${lesson.key}&step=${next.key}` },
      element("span", { className: "number", textContent: place + 1 }),
      element("h2", { textContent: lesson.title }),
      element("p", { className: "about", textContent: lesson.about }),
      element("p", { className: "source", textContent: lesson.source }),
      element("span", { className: "pips" }, ...lesson.steps.map((step) => element("i", {
        className: (kept()[lesson.key] ?? []).includes(step.key) ? "done" : "", title: step.title,
      }))),
      element("span", { className: "state", textContent: done === 0 ? `${all} steps` : done === all ? "All done ✓" : `${done} of ${all} steps done` }),
      element("b", { className: "begin", textContent: done === 0 ? "Begin ›" : done === all ? "Again ›" : "Go on ›" }))
    card.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      go({ lesson: lesson.key, step: next.key, sizes: {} })
    }
    return card
  }))
}

function drawStep(view, same) {
  const { root } = lessons
  const part = (name) => root.querySelector(`.step .${name}`)
  const fill = (place, html) => { if (place.innerHTML !== html) place.innerHTML = html }
  const lesson = lessonOf(view.lesson)
  part("name").textContent = view.name
  drawDots(part("dots"), lesson, view)
  part("count").textContent = `${view.number} of ${lesson.steps.length}`
  part("title").innerHTML = view.title
  fill(part("words"), view.words)
  fill(part("code code"), view.code)
  part("code").hidden = !view.code
  drawKnobs(part("knobs"), view, same)
  drawTask(part("task"), view.task)
  fill(part("claim"), view.claim)
  part("claim").hidden = !view.claim
  const picture = part("picture")
  picture.dataset.kind = view.kind
  if (picture.shown !== view.picture) {
    picture.innerHTML = view.picture
    picture.shown = view.picture
  }
  for (const block of picture.querySelectorAll(".block[role=button]")) { // on its own page it opens an inspector
    block.setAttribute("role", "img")
    for (const name of ["tabindex", "aria-pressed"]) block.removeAttribute(name)
  }
  if (!same) picture.dataset.part = 0
  lessons.turn = null
  for (const svg of picture.querySelectorAll("svg.lv")) {
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number)
    svg.dataset.theme = lessons.theme
    const below = belowDrawing(svg.closest(".map"))
    if (svg.dataset.lines) lessons.turn = showPart(svg, picture)
    else fitToScreen(svg, `${width * 1.3}px`, height > 1.2 * width ? "" : "calc(100vh - 11rem)", below)
  }
  const behind = part("behind")
  behind.href = view.behind.href
  behind.textContent = `Open in ${view.behind.label} ↗`
  part("back").disabled = view.number === 1
  part("next").textContent = view.number === lesson.steps.length ? "All lessons ›" : "Next ›"
  if (!same) {
    part("title").focus({ preventScroll: true })
    scrollToTop(root)
  }
  fitStep()
}

// What is said below a map, its legend and how it reads.
function belowDrawing(map) {
  if (!map) return null
  const said = [...map.querySelectorAll(".key, .reads")]
  return { get offsetHeight() { return said.reduce((sum, each) => sum + each.offsetHeight + 6, 0) } }
}

// On a projector a step that is longer than the screen is drawn smaller, but never illegibly small.
function fitStep() {
  const { root } = lessons
  standClear(root.querySelector(".move"))
  const bar = document.querySelector(".st-key-toolbar")?.getBoundingClientRect().top
  lessons.turn?.(0)
  for (const part of root.querySelectorAll(".left, .claim, .grids")) {
    part.style.zoom = ""
    if (!isInRoom() || !bar || !part.offsetHeight) continue
    const { top, bottom } = part.getBoundingClientRect()
    if (bottom > bar) part.style.zoom = Math.max(LEAST_ZOOM, (bar - top - 8) / (bottom - top))
  }
}

// On a phone the way on stands at the bottom; a follower's banner stands above it.
function standClear(move) {
  const fixed = move.offsetHeight && getComputedStyle(move).position === "fixed"
  document.documentElement.style.setProperty("--lv-below", fixed ? `${move.offsetHeight}px` : "0px")
}

function scrollToTop(root) {
  const host = root.getRootNode().host
  if (host && host.getBoundingClientRect().top < 0) host.scrollIntoView({ block: "start" })
}

function drawDots(list, lesson, view) {
  const done = new Set(kept()[lesson.key] ?? [])
  list.replaceChildren(...lesson.steps.map((step, place) => {
    const dot = element("button", { type: "button", title: `${place + 1}. ${step.title}` })
    dot.setAttribute("aria-label", `Step ${place + 1}: ${step.title}${done.has(step.key) ? ", done" : ""}`)
    dot.classList.toggle("done", done.has(step.key))
    dot.classList.toggle("asks", step.task)
    if (step.key === view.step) dot.setAttribute("aria-current", "step")
    dot.onclick = () => go({ lesson: lesson.key, step: step.key, sizes: {} })
    return element("li", {}, dot)
  }))
}

function drawTask(place, task) {
  place.hidden = !task
  if (!task) return
  const html = task.solved
    ? `<p class="solved"><b>✓ Yes.</b> ${task.done}</p>`
    : `<p><b>Your turn.</b> ${task.text}</p>`
  if (place.innerHTML !== html) place.innerHTML = html
  place.classList.toggle("is-solved", task.solved)
}

// Rows are made once for a step and then updated: focus, and the hand on a slider, stay where they are.
function drawKnobs(place, view, same) {
  const names = view.knobs.map((knob) => knob.letter).join()
  if (!same || place.dataset.names !== `${view.step}:${names}`) {
    place.dataset.names = `${view.step}:${names}`
    place.replaceChildren(...view.knobs.map((knob) => (knob.choices.length ? makeChoice(knob) : makeSize(knob))))
  }
  view.knobs.forEach((knob, at) => {
    const value = lessons.place.sizes[knob.letter] ?? knob.value
    const row = place.children[at]
    if (knob.choices.length) {
      row.querySelectorAll("input").forEach((input) => { input.checked = Number(input.value) === value })
      return
    }
    row.querySelector("input").value = value
    row.querySelector("output").textContent = meaning(knob, value)
  })
  place.hidden = view.knobs.length === 0
}

function set(letter, value) {
  go({ ...lessons.place, sizes: { ...lessons.view.sizes, ...lessons.place.sizes, [letter]: value } })
}

const meaning = ({ part, zero }, value) => String(Number(((value - zero) * part).toFixed(6))).replace("-", "−")

function makeSize(knob) {
  const { letter, name, least, most } = knob
  const symbol = letter === letter.toUpperCase()
  const range = element("input", { type: "range", min: least, max: most, step: 1 })
  range.setAttribute("aria-label", symbol ? `${letter}, ${name}` : name)
  const output = element("output")
  range.oninput = () => {
    output.textContent = meaning(knob, Number(range.value))
    range.setAttribute("aria-valuetext", output.textContent)
    set(letter, Number(range.value))
  }
  const label = element("label", {}, ...(symbol ? [element("b", { textContent: letter })] : []), element("span", { textContent: name }))
  const row = element("div", { className: "knob" }, label, range, output)
  if (symbol) row.style.setProperty("--c", `var(--${letter[0]})`)
  label.onclick = () => range.focus()
  return row
}

function makeChoice({ letter, name, least, choices }) {
  const pieces = element("div", { className: "pieces" }, ...choices.map((word, place) => {
    const input = element("input", { type: "radio", name: `knob-${letter}`, value: least + place })
    input.onchange = () => set(letter, least + place)
    return element("label", {}, input, element("span", { textContent: word }))
  }))
  pieces.setAttribute("role", "radiogroup")
  pieces.setAttribute("aria-label", name)
  return element("div", { className: "knob choice" }, element("span", { textContent: name }), pieces)
}

async function copyLink(button) {
  const { lesson, step } = lessons.place
  const sizes = lessons.view.knobs
    .filter((knob) => (lessons.place.sizes[knob.letter] ?? knob.value) !== knob.start)
    .map((knob) => `${knob.letter}-${lessons.place.sizes[knob.letter] ?? knob.value}`).join("_")
  const url = new URL(window.location.href)
  url.search = new URLSearchParams({ lesson, step, ...(sizes ? { sizes } : {}) })
  await copyText(url.href)
  button.textContent = "Copied"
  setTimeout(() => { button.textContent = "Copy link" }, 1500)
}
