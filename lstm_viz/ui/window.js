// Moves the window along the curve: every row is here already, so no step of a drag waits for the server.
const NARROW = 620
const REPORT_AFTER = 300
const SPEEDS = [["1", 1000], ["2", 500], ["4", 250]]
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)")

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  const theme = followTheme(parentElement)
  const root = parentElement.querySelector(".window")
  const cutter = (root.cutter ??= makeCutter(root))
  cutter.send = setStateValue
  cutter.take(data, theme)
  const observer = new ResizeObserver(() => cutter.measure())
  observer.observe(root)
  return () => {
    cutter.pause()
    observer.disconnect()
  }
}

function makeCutter(root) {
  const part = (name) => root.querySelector(`.${name}`)
  const picture = part("picture")
  const state = { place: 0, number: undefined, playing: null, report: null, pause: 500, grabbed: null }
  let svg, drawn, cut, plot, slots, known
  const api = {}

  // ---- what is drawn
  api.take = (data, theme) => {
    if (drawn !== data.drawing.svg) load(data.drawing)
    svg.dataset.theme = theme
    if (state.number !== data.command.number) {
      state.number = data.command.number
      state.place = data.command.place
    }
    state.place = Math.min(state.place, cut.pairs.length - 1)
    drawBar()
    drawPages()
    show()
  }
  const load = (drawing) => {
    const focused = svg?.contains(root.getRootNode().activeElement)
    ;({ cut, plot } = drawing)
    drawn = drawing.svg
    picture.innerHTML = drawing.svg
    svg = picture.querySelector("svg")
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number)
    svg.style.maxWidth = `${width * 1.4}px`
    svg.style.maxHeight = height > width ? "" : "max(36rem, calc(100vh - 13rem))"
    known = new Map(cut.labels.map((label, at) => [cut.first + at, label]))
    slots = [...svg.querySelectorAll(".slot")].map((group) => ({
      group,
      k: Number(group.dataset.k),
      step: Number(group.dataset.step),
      column: group.dataset.column,
      title: group.querySelector("title"),
      face: group.querySelector(".cell"),
      text: group.querySelector("text"),
    }))
    svg.onpointerover = (event) => light(event.target.closest("[data-row]")?.dataset.row)
    svg.onpointerleave = () => light(null)
    svg.addEventListener("focusin", (event) => light(event.target.closest(".table-row")?.dataset.row))
    svg.addEventListener("focusout", () => light(null))
    const handle = svg.querySelector(".handle")
    handle.onkeydown = key
    handle.onpointerdown = grab
    handle.onpointermove = drag
    handle.onpointerup = handle.onpointercancel = drop
    if (focused) handle.focus({ preventScroll: true })
  }

  // ---- one place: every cell, mark and word where it belongs
  const show = () => {
    const pair = cut.pairs[state.place]
    const start = pair.start
    for (const slot of slots) fill(slot)
    for (const row of svg.querySelectorAll(".table-row")) labelRow(row, start)
    for (const row of svg.querySelectorAll(".pair")) numberPair(row)
    const [who, what] = cut.sentences[state.place].split(/: (.*)/s)
    const [rows, goal] = what.split(" → ")
    const words = { who, what, "what 0": rows, "what 1": `→ ${goal}`, part: pair.part, sample: pair.sample }
    for (const [name, text] of Object.entries(words)) setText(svg.querySelector(`[data-slot="${name}"]`), text)
    moveMarks(start)
    const handle = svg.querySelector(".handle")
    handle.setAttribute("aria-valuenow", state.place)
    handle.setAttribute("aria-valuetext", cut.sentences[state.place])
    const slider = part("bar").querySelector("input")
    if (slider) slider.value = state.place
  }
  const contentOf = (k, step, column) => {
    const pair = cut.pairs[state.place + k]
    const at = pair === undefined ? -1 : pair.start + step - cut.first
    if (at < 0 || at >= cut.labels.length) return ["", "blank", "", ""]
    const own = column === "y"
    const name = own ? cut.target_name : cut.columns[column]
    const text = own ? cut.target_texts[at] : cut.texts[at][column]
    const shade = own ? cut.target_shades[at] : cut.shades[at][column]
    return [text, `v${shade}`, `${name} ${text}, ${cut.labels[at]}, row ${at + cut.first}`, at + cut.first]
  }
  const fill = ({ group, k, step, column, title, face, text }) => {
    const [number, shade, said, row] = contentOf(k, step, column)
    setAttribute(face, "class", `cell ${shade}`)
    if (text) setText(text, number)
    setText(title, said)
    setAttribute(group, "data-row", row)
  }
  const labelRow = (row, start) => {
    const at = start + Number(row.dataset.step)
    const label = known.get(at) ?? ""
    const text = row.querySelector("text[data-label]")
    const longest = Number(text.dataset.label)
    text.firstChild.nodeType === Node.TEXT_NODE || text.prepend("")
    const short = label.length <= longest ? label : `${label.slice(0, longest - 1)}…`
    if (text.firstChild.data !== short) text.firstChild.data = short
    setText(text.querySelector("title"), label)
    setAttribute(row, "data-row", known.has(at) ? at : "")
    setAttribute(row, "tabindex", known.has(at) ? 0 : -1)
  }
  const numberPair = (row) => {
    const pair = cut.pairs[state.place + Number(row.dataset.k)]
    setText(row.querySelector("[data-number]"), pair ? String(pair.sample) : "")
    if (pair) row.removeAttribute("opacity")
    else row.setAttribute("opacity", 0)
  }
  const moveMarks = (start) => {
    const edge = (row) => plot.left + (row - cut.first) * plot.step
    const [goal, count] = goalsOf(start)
    for (const name of ["window-ground", "window-clip", "window-frame"]) {
      svg.querySelector(`.${name}`).setAttribute("x", edge(start))
    }
    svg.querySelector(".goal-ground").setAttribute("x", edge(goal))
    const middle = edge(start + cut.window / 2)
    const grip = svg.querySelector(".grip")
    grip.setAttribute("x", middle - grip.width.baseVal.value / 2)
    svg.querySelector(".knob").setAttribute("transform", `translate(${middle} ${plot.top + plot.height})`)
    svg.querySelectorAll(".goal").forEach((ring, place) => {
      if (place < count) at(ring, goal + place)
    })
  }
  const goalsOf = (start) => {
    const last = start + cut.window - 1
    const first = (cut.many_to_many ? start : last) + cut.offset
    return [first, last + cut.offset + cut.horizon - first]
  }
  const at = (mark, row) => {
    const value = cut.target[row - cut.first]
    mark.setAttribute("cx", plot.left + (row - cut.first + 0.5) * plot.step)
    mark.setAttribute("cy", plot.top + plot.height * (1 - (value - plot.low) / (plot.high - plot.low)))
  }
  const light = (row) => {
    const wanted = row === undefined || row === null || row === "" ? null : String(row)
    for (const element of svg.querySelectorAll("[data-row]")) {
      element.classList.toggle("lit", wanted !== null && element.dataset.row === wanted)
    }
    const here = svg.querySelector(".here")
    here.setAttribute("visibility", wanted === null ? "hidden" : "visible")
    if (wanted !== null) at(here, Number(wanted))
    part("row").textContent = wanted === null ? "" : whereRow(Number(wanted))
  }
  const whereRow = (row) => {
    const holding = cut.pairs.filter(({ start }) => row >= start && row < start + cut.window)
    const ends = holding.length > 1 ? [holding[0], holding.at(-1)] : holding
    const inside = ends.map(({ part, sample, start }) => `step ${row - start} of ${part} sample ${sample}`).join(" to ")
    return `Row ${row}, ${known.get(row)}: ${holding.length ? `${inside}` : "in no window of these rows"}.`
  }

  // ---- moving
  const go = (place, keepPlaying = false) => {
    if (!keepPlaying) api.pause()
    state.place = Math.max(0, Math.min(place, cut.pairs.length - 1))
    show()
  }
  const later = () => {
    clearTimeout(state.report)
    state.report = setTimeout(report, REPORT_AFTER)
  }
  const report = () => {
    clearTimeout(state.report)
    const { part: name, sample, start } = cut.pairs[state.place]
    api.send("at", { place: state.place, part: name, sample, row: start, number: state.number })
  }
  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const far = Math.max(cut.window, 1)
    const moves = {
      ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -far, PageUp: far,
      Home: -Infinity, End: Infinity,
    }
    if (!(event.key in moves)) return
    event.preventDefault()
    event.stopPropagation()
    go(state.place + moves[event.key])
    later()
  }
  const rowUnder = (event) => {
    const box = svg.getBoundingClientRect()
    const scale = svg.viewBox.baseVal.width / box.width
    return ((event.clientX - box.left) * scale - plot.left) / plot.step + cut.first
  }
  const grab = (event) => {
    if (event.button) return
    api.pause()
    event.currentTarget.setPointerCapture(event.pointerId)
    event.currentTarget.focus({ preventScroll: true })
    state.grabbed = rowUnder(event) - cut.pairs[state.place].start
    svg.classList.add("dragging")
    event.preventDefault()
  }
  const drag = (event) => {
    if (state.grabbed === null) return
    const place = nearest(cut.pairs, rowUnder(event) - state.grabbed)
    if (place !== state.place) go(place)
  }
  const drop = () => {
    if (state.grabbed === null) return
    state.grabbed = null
    svg.classList.remove("dragging")
    report()
  }

  // ---- cutting one pair after another
  const play = () => {
    if (CALM.matches) {
      go((state.place + 1) % cut.pairs.length)
      later()
      return
    }
    if (state.place === cut.pairs.length - 1) go(0)
    const tick = () => {
      if (state.place === cut.pairs.length - 1) return stop()
      go(state.place + 1, true)
      state.playing = setTimeout(tick, state.pause)
    }
    state.playing = setTimeout(tick, state.pause)
    showPlaying()
  }
  api.pause = () => {
    clearTimeout(state.playing)
    state.playing = null
    showPlaying()
  }
  const stop = () => {
    api.pause()
    report()
  }

  // ---- controls
  const drawBar = () => {
    const bar = part("bar")
    if (!bar.children.length) {
      const made = (name, label, act) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: label })
        button.dataset.act = name
        button.onclick = act
        return button
      }
      const step = (by) => () => { go(state.place + by); later() }
      const back = made("back", "◀", step(-1))
      const forward = made("forward", "▶", step(1))
      back.setAttribute("aria-label", "One pair back")
      forward.setAttribute("aria-label", "One pair forward")
      const slider = Object.assign(document.createElement("input"), { type: "range", min: 0 })
      slider.setAttribute("aria-label", "Pair")
      slider.oninput = () => go(Number(slider.value))
      slider.onchange = report
      bar.append(made("play", "", () => (state.playing ? stop() : play())), speeds(state), back, slider, forward)
    }
    bar.querySelector("input").max = cut.pairs.length - 1
    showPlaying()
  }
  const showPlaying = () => {
    const button = part("bar").querySelector('[data-act="play"]')
    if (!button) return
    const calm = CALM.matches
    button.textContent = state.playing ? "❚❚ Pause" : calm ? "Cut the next pair" : "Cut pair after pair"
    part("bar").querySelector("select").hidden = calm
  }
  const drawPages = () => {
    const pages = part("pages")
    const last = cut.first + cut.labels.length - 1
    pages.hidden = cut.labels.length === cut.rows
    if (pages.hidden) return
    const turn = (label, row, there) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label, disabled: !there })
      button.onclick = () => api.send("page", row)
      return button
    }
    const said = `rows ${cut.first.toLocaleString("en")} to ${last.toLocaleString("en")} of ${cut.rows.toLocaleString("en")}`
    pages.replaceChildren(
      turn("Earlier rows", Math.max(0, cut.first - cut.labels.length + 1), cut.first > 0),
      Object.assign(document.createElement("span"), { textContent: said }),
      turn("Later rows", Math.min(cut.rows - 1, last + 1), last < cut.rows - 1),
    )
  }
  api.measure = () => {
    const narrow = root.clientWidth > 0 && root.clientWidth < NARROW
    if (root.dataset.narrow === String(narrow) || !root.clientWidth) return
    const first = root.dataset.narrow === undefined
    root.dataset.narrow = narrow
    if (!first || narrow) api.send("narrow", narrow)
  }
  return api
}

// The pair whose window begins nearest to a row; starts ascend.
function nearest(pairs, row) {
  let low = 0
  let high = pairs.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (pairs[middle].start < row) low = middle + 1
    else high = middle
  }
  return low > 0 && row - pairs[low - 1].start < pairs[low].start - row ? low - 1 : low
}

function speeds(state) {
  const select = document.createElement("select")
  select.setAttribute("aria-label", "Pairs per second")
  select.title = "Pairs per second"
  select.append(...SPEEDS.map(([text, pause]) => new Option(`${text} / s`, pause, pause === 500, pause === 500)))
  select.onchange = () => { state.pause = Number(select.value) }
  return select
}

function setText(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value)
}
