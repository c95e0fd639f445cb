// Steps through the numbers of a run, all of which are here already: no step waits for the server.
const NARROW = 620
const REPORT_AFTER = 150
const SHADES = 6
const SPEEDS = [["0.5", 2000], ["1", 1000], ["2", 500], ["4", 250], ["8", 125]]
const ICONS = {
  first: ["First step", "M5 4v12M16 4L8 10l8 6z"],
  back: ["One step back (←)", "M14 4L6 10l8 6z"],
  play: ["Play (space)", "M6 3.5L16 10 6 16.5z"],
  pause: ["Pause (space)", "M6 4h3v12H6zM11.5 4h3v12h-3z"],
  forward: ["One step forward (→)", "M6 4l8 6-8 6z"],
  last: ["Last step", "M15 4v12M4 4l8 6-8 6z"],
}
const MOST_CHIPS = 24
const MOST_LABELS = 14

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  const theme = followTheme(parentElement)
  const root = parentElement.querySelector(".cell")
  const cell = (root.cell ??= makeCell(root))
  cell.send = setStateValue
  cell.take(data, theme)
  window.addEventListener("keydown", cell.key)
  const observer = new ResizeObserver(() => cell.measure())
  observer.observe(root)
  return () => {
    cell.pause()
    observer.disconnect()
    window.removeEventListener("keydown", cell.key)
  }
}

function makeCell(root) {
  const part = (name) => root.querySelector(`.${name}`)
  const picture = part("picture")
  const state = { step: 0, unit: 0, number: undefined, playing: null, report: null, speed: 1000, lit: null }
  let drawing, values, columns, elements, texts, labels

  // ---- what is drawn
  const take = (data, theme) => {
    labels = data.labels
    if (drawing?.svg !== data.drawing.svg || drawing?.values !== data.drawing.values) load(data.drawing)
    picture.querySelector("svg").dataset.theme = theme
    if (state.number !== data.command.number) {
      state.number = data.command.number
      state.step = data.command.step
      state.unit = data.command.unit
    }
    state.step = Math.min(state.step, drawing.steps - 1)
    drawBar(data.fact)
    drawSteps()
    drawStages()
    show()
  }
  const load = (next) => {
    drawing = next
    values = new Float32Array(Uint8Array.from(atob(next.values), (letter) => letter.charCodeAt(0)).buffer)
    columns = next.slots.length
    picture.innerHTML = next.svg
    const svg = picture.querySelector("svg")
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number)
    fitToScreen(svg, `${width * 1.4}px`, height > 1.2 * width ? "" : "max(30rem, calc(100vh - 15rem))")
    elements = next.slots.map(([key, index], slot) => {
      const group = svg.querySelector(`[data-slot="${slot}"]`)
      const [rect, text, title] = group.children
      const [kind, scale] = next.strips[key]
      const unit = group.classList.contains("unit") ? index : null
      return { group, rect, text, title, kind, scale, key, unit, label: title.textContent }
    })
    texts = [...svg.querySelectorAll("[data-text]")]
    svg.onpointerover = (event) => {
      const slot = event.target.closest("[data-slot]")?.dataset.slot
      if (slot === undefined) return
      const value = valueOf(Number(slot))
      elements[slot].title.textContent = `${elements[slot].label} = ${Number(value.toPrecision(7))}`
    }
    svg.onclick = (event) => {
      const chosen = event.target.closest(".unit")
      if (chosen) choose(Number(chosen.dataset.unit))
      else light(event.target.closest(".region")?.dataset.stages ?? null)
    }
  }

  // ---- one step: every number, colour and sentence in its place
  const valueOf = (slot) => values[state.step * columns + slot]
  const show = () => {
    for (let slot = 0; slot < columns; slot += 1) {
      const { group, rect, text, kind, scale, unit } = elements[slot]
      const value = valueOf(slot)
      const colour = `cell ${shade(value, kind, scale)}`
      const written = numberText(value, kind)
      if (rect.getAttribute("class") !== colour) rect.setAttribute("class", colour)
      if (text.textContent !== written) text.textContent = written
      if (unit !== null) group.classList.toggle("chosen", unit === state.unit)
    }
    for (const text of texts) text.textContent = drawing.texts[text.dataset.text][state.step]
    const own = numbers()
    drawing.stages.forEach((stage, place) => {
      part("stages").children[place].querySelector("p").textContent = sentence(stage.cases, own)
    })
    const label = labels[state.step]
    part("now").textContent = `t = ${state.step}${label ? ` · ${label}` : ""}`
    const chips = part("steps").querySelectorAll("button")
    chips.forEach((chip, step) => chip.setAttribute("aria-pressed", step === state.step))
    const slider = part("steps").querySelector("input")
    if (slider) slider.value = state.step
    if (slider) slider.setAttribute("aria-valuetext", part("now").textContent)
  }
  const numbers = () => Object.fromEntries(
    elements.flatMap(({ key, unit }, slot) => (unit === state.unit ? [[key, valueOf(slot)]] : [])),
  )
  const sentence = (cases, own) => {
    const fits = ([, strip, low, high]) => !strip || (own[strip] >= low && own[strip] <= high)
    return cases.find(fits)[0].replace(/\{(\w+)([!%+]*)\}/g, (_, name, form) => {
      if (name === "unit") return state.unit
      const value = form.includes("!") ? 1 - own[name] : own[name]
      if (form.includes("%")) return `${Math.round(100 * value)} %`
      return numberText(value, form.includes("+") ? "signed" : "gate")
    })
  }

  // ---- moving
  const go = (step, keepPlaying = false) => {
    if (!keepPlaying) pause()
    state.step = Math.max(0, Math.min(step, drawing.steps - 1))
    show()
    later()
  }
  const choose = (unit) => {
    state.unit = unit
    show()
    report()
  }
  const later = () => {
    clearTimeout(state.report)
    state.report = setTimeout(report, REPORT_AFTER)
  }
  const report = () => {
    clearTimeout(state.report)
    remember({ step: state.step, unit: state.unit })
    root.cell.send("at", { step: state.step, unit: state.unit, number: state.number })
  }
  const play = () => {
    const [start, end, way] = drawing.reverse ? [drawing.steps - 1, 0, -1] : [0, drawing.steps - 1, 1]
    if (state.step === end) go(start)
    const tick = () => {
      if (state.step === end) return pause()
      go(state.step + way, true)
      state.playing = setTimeout(tick, state.speed)
    }
    state.playing = setTimeout(tick, state.speed)
    showPlaying()
  }
  const pause = () => {
    clearTimeout(state.playing)
    state.playing = null
    showPlaying()
  }
  const toggle = () => (state.playing ? pause() : play())
  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return
    const target = event.composedPath()[0]
    if (takesKeys(target, event.key) && !(isPresented() && event.key.startsWith("Page"))) return
    const [back, forward] = [() => go(state.step - 1), () => go(state.step + 1)]
    const clicker = isPresented() ? { PageUp: back, PageDown: forward } : {}
    const act = { ArrowLeft: back, ArrowRight: forward, " ": toggle, ...clicker }[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  // ---- controls
  const drawBar = (fact) => {
    const bar = part("bar")
    if (!bar.children.length) {
      const acts = { first: () => go(0), back: () => go(state.step - 1), play: toggle,
        forward: () => go(state.step + 1), last: () => go(drawing.steps - 1) }
      bar.replaceChildren(
        ...Object.keys(acts).map((name) => button(name, acts[name])),
        speeds(state),
        Object.assign(document.createElement("output"), { className: "now" }),
      )
    }
    part("fact").textContent = fact
    showPlaying()
  }
  const showPlaying = () => {
    const control = root.querySelector('[data-act="play"]')
    if (control) setIcon(control, state.playing ? "pause" : "play")
  }
  const drawSteps = () => {
    const steps = part("steps")
    const wanted = `${drawing.steps}|${labels.join("|")}`
    if (steps.dataset.made === wanted) return
    steps.dataset.made = wanted
    steps.dataset.many = drawing.steps > MOST_CHIPS
    steps.dataset.dense = drawing.steps > MOST_LABELS
    if (drawing.steps > MOST_CHIPS) {
      const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: drawing.steps - 1 })
      slider.setAttribute("aria-label", "Step")
      slider.oninput = () => go(Number(slider.value))
      const ends = [0, drawing.steps - 1].map((step) => (
        Object.assign(document.createElement("span"), { textContent: labels[step] || `t = ${step}` })))
      steps.replaceChildren(ends[0], slider, ends[1])
      return
    }
    steps.replaceChildren(...Array.from({ length: drawing.steps }, (_, step) => {
      const chip = Object.assign(document.createElement("button"), { type: "button", title: labels[step] || "" })
      chip.append(Object.assign(document.createElement("b"), { textContent: step }))
      if (labels[step]) chip.append(Object.assign(document.createElement("small"), { textContent: labels[step] }))
      chip.setAttribute("aria-label", `step ${step}${labels[step] ? `, ${labels[step]}` : ""}`)
      chip.onclick = () => go(step)
      return chip
    }))
  }
  const drawStages = () => {
    const stages = part("stages")
    const wanted = JSON.stringify(drawing.stages)
    if (stages.dataset.made === wanted) return
    stages.dataset.made = wanted
    stages.replaceChildren(...drawing.stages.map((stage, place) => {
      const card = Object.assign(document.createElement("button"), { type: "button" })
      card.append(
        Object.assign(document.createElement("b"), { textContent: place + 1 }),
        Object.assign(document.createElement("strong"), { textContent: stage.title }),
        formula(stage.formula),
        document.createElement("p"),
      )
      card.onclick = () => light(String(place + 1))
      card.onpointerenter = () => shine(String(place + 1))
      card.onpointerleave = () => shine(state.lit)
      return card
    }))
    light(null)
  }
  const light = (stage) => {
    state.lit = stage === state.lit ? null : stage
    shine(state.lit)
    ;[...part("stages").children].forEach((card, place) => (
      card.setAttribute("aria-pressed", String(place + 1) === state.lit)))
  }
  const shine = (stage) => {
    const svg = picture.querySelector("svg")
    if (stage) svg.dataset.stage = stage
    else delete svg.dataset.stage
  }
  const measure = () => {
    const narrow = root.clientWidth > 0 && root.clientWidth < NARROW
    if (root.dataset.narrow === String(narrow) || !root.clientWidth) return
    const first = root.dataset.narrow === undefined
    root.dataset.narrow = narrow
    if (!first || narrow) root.cell.send("narrow", narrow)
  }
  return { take, key, pause, measure }
}

// ---- numbers, as lstm_viz/drawing/cell_diagram.py writes them
function numberText(value, kind) {
  if (!Number.isFinite(value)) return String(value).replace("-", "−").replace("Infinity", "inf").replace("NaN", "nan")
  const size = Math.abs(value)
  const exponent = () => size.toExponential(0).replace(/e\+(\d)$/, "e+0$1")
  const text = size < 9.995 ? size.toFixed(2) : size < 99.95 ? size.toFixed(1) : size < 9999.5 ? size.toFixed(0) : exponent()
  return kind === "gate" ? text : `${value < 0 ? "−" : "+"}${text}`
}

function shade(value, kind, scale) {
  if (!Number.isFinite(value)) return "blank"
  const within = (step, low) => Math.min(Math.max(step, low), SHADES)
  if (kind === "gate") return `g${within(Math.floor(value * SHADES + 0.5), 0)}`
  const step = within(Math.ceil((Math.abs(value) / scale) * SHADES - 0.5), 0)
  return `v${value < 0 && step ? -step : step}`
}

// ---- small parts
function button(name, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", onclick: act })
  made.dataset.act = name
  setIcon(made, name)
  return made
}

function setIcon(control, name) {
  if (control.dataset.icon === name) return
  control.dataset.icon = name
  const [label, path] = ICONS[name]
  control.title = label
  control.setAttribute("aria-label", label)
  control.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${path}"/></svg>`
}

function speeds(state) {
  const select = document.createElement("select")
  select.setAttribute("aria-label", "Steps per second")
  select.title = "Steps per second"
  select.append(...SPEEDS.map(([text, pause]) => new Option(`${text} / s`, pause, pause === 1000, pause === 1000)))
  select.onchange = () => {
    state.speed = Number(select.value)
    select.blur()  // the arrow keys belong to the steps again
  }
  return select
}

function formula(text) {
  const code = document.createElement("code")
  for (const [place, piece] of text.split(/_(?:\{([^}]*)\}|(\w+))/).entries()) {
    if (!piece) continue
    code.append(place % 3 === 0 ? piece : Object.assign(document.createElement("sub"), { textContent: piece }))
  }
  return code
}

function takesKeys(target, key) {
  if (!(target instanceof Element)) return false
  if (target.closest("input, textarea, select, [contenteditable=true], [role=slider], [role=combobox], [role=listbox]")) return true
  if (target.closest("[role=tab], [role=radio], [role=menu], [role=grid], canvas, .js-plotly-plot, [role=dialog]")) return true
  return key === " " && Boolean(target.closest("button, summary, a, [role=button]"))
}
