// The curves: the chosen run with its two losses, the others as thinner lines, and the gradient's norm below.
const DASHES = ["", "9 4", "2 4", "9 4 2 4", "14 5", "5 3"]
const OTHER = ["H", "F", "L", "B", "D", "E"]
const BAND = 54
const styleOf = (run) => {
  const place = [...run.name].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
  return { colour: `var(--${OTHER[place % OTHER.length]})`, dash: DASHES[place % DASHES.length] }
}
const shortOf = (run) => run.summary.split(" ")[0].slice(0, 8)
const watchedOf = (point) => point[2] ?? point[1]

function makeLossChart(section) {
  const state = { log: false, smooth: 0, zoom: null, runs: [], chosen: null, drag: null, pointer: null }
  const readout = html("p", { className: "readout" })
  const whole = html("button", { type: "button", textContent: "Whole curve", hidden: true })
  const hint = html("span", { className: "hint", textContent: "drag to zoom" })
  const log = html("input", { type: "checkbox" })
  const smooth = html("input", { type: "range", min: 0, max: 0.95, step: 0.05, value: 0 })
  smooth.setAttribute("aria-label", "Smoothing")
  const svg = make("svg", { role: "img", tabindex: 0, "aria-label": "Loss by epoch", "aria-description": "Plus and minus zoom, the arrows move, 0 shows the whole curve" })
  section.append(
    html("div", { className: "title" }, html("h2", { textContent: "Loss" }),
      html("span", { className: "tools" }, hint, whole, html("label", {}, log, "log axis"), html("label", {}, "smooth", smooth))),
    svg, readout)
  log.onchange = () => { state.log = log.checked; draw() }
  smooth.oninput = () => { state.smooth = Number(smooth.value); draw() }
  whole.onclick = () => { state.zoom = null; draw() }

  let view = null
  function draw() {
    const width = Math.max(260, svg.parentElement.clientWidth)
    const height = section.clientHeight > 300 ? section.clientHeight - 66 : 380
    sized(svg, width, height)
    whole.hidden = !state.zoom
    hint.hidden = Boolean(state.zoom) || !state.runs.some((run) => run.points.length > 2) || width < 470
    const [left, top] = [64, 12]
    const labelled = state.runs.length > 0
    const right = width - (labelled ? 88 : 14)
    const bottom = height - 34 - BAND - 14
    const all = state.runs.flatMap((run) => run.points)
    const longest = Math.max(1, ...state.runs.map((run) => (run.id === state.chosen || run.over ? run.points.at(-1)?.[0] ?? 1 : run.epoch)))
    const whole_x = [1, Math.max(2, longest)]
    const [from, to] = state.zoom ?? whole_x
    const x = scale(from, to, left, right)
    const inside = all.filter(([epoch]) => epoch >= from - 0.5 && epoch <= to + 0.5)
    let [low, high] = extent(inside.flatMap((point) => [point[1], point[2] ?? null]))
    if (!Number.isFinite(low)) [low, high] = [0, 1]
    const positive = state.log && low > 0
    if (positive) { low *= 0.9; high *= 1.1 } else { const pad = (high - low || Math.abs(high) || 1) * 0.05; high += pad; low = low >= 0 && low < high * 0.35 ? 0 : low - pad }
    if (low === high) high = low + 1
    const y = scale(low, high, bottom, top, positive)
    const most = Math.max(3, Math.floor((bottom - top) / 56))
    const ys = positive ? logTicks(low, high, most) : ticks(low, high, most)
    const xs = ticks(from, to, Math.max(3, Math.floor((right - left) / 90))).filter((each) => Number.isInteger(each) && each >= 1)
    view = { x, y, left, right, top, bottom, from, to, width }
    grid(svg, { left, right, top, bottom: bottom + BAND + 14, x, y, xs, ys, xText: (value) => value.toLocaleString("en"), yText: (value) => said(value, 2) })
    svg.append(make("text", { class: "tick", x: left - (isPresented() ? 15 : 8), y: bottom + BAND + 14 + 19, "text-anchor": "end" }, "epoch"))
    if (!all.length) {
      svg.append(make("text", { class: "empty", x: (left + right) / 2, y: (top + bottom) / 2, "text-anchor": "middle" }, "The curves grow here."))
      return
    }
    const id = "clip-loss"
    svg.append(make("clipPath", { id }, make("rect", { x: left, y: 0, width: right - left, height })))
    const lines = svg.appendChild(make("g", { "clip-path": `url(#${id})` }))
    const labels = []
    const different = new Set(state.runs.map(shortOf)).size > 1
    for (const run of state.runs.filter((each) => each.id !== state.chosen)) {
      const { colour, dash } = styleOf(run)
      const points = smoothed(run.points.map((point) => [point[0], watchedOf(point)]), state.smooth)
      lines.append(make("path", { class: "other", d: line(near(points, from, to), x, y), stroke: colour, "stroke-dasharray": dash }))
      labelEnd(labels, points, different ? `${run.name} ${shortOf(run)}` : run.name, colour)
    }
    const run = state.runs.find((each) => each.id === state.chosen)
    if (run?.points.length) drawChosen(run, lines, labels, x, y, from, to, bottom)
    for (const label of apart(labels, 17, top + 6, bottom + 2)) {
      svg.append(make("text", { class: "end", x: right + 8, y: label.at + 4, fill: label.colour }, label.text))
    }
    const hit = make("rect", { class: "hit", x: left, y: top, width: right - left, height: bottom - top + BAND + 14 })
    svg.append(hit, make("rect", { class: "picking", y: top, height: bottom - top }), make("line", { class: "cross", y1: top, y2: bottom + BAND + 14 }))
    hover()
  }
  function drawChosen(run, lines, labels, x, y, from, to, bottom) {
    const train = run.points.map((point) => [point[0], point[1]])
    const watched = run.points.filter((point) => point[2] !== null).map((point) => [point[0], point[2]])
    const norms = near(run.points.map((point) => [point[0], point[3]]), from, to)
    for (const [points, kind, text, colour] of [[train, "train", "training", "var(--T)"], [watched, "watched", run.watched, "var(--O)"]]) {
      if (!points.length) continue
      const gentle = smoothed(points, state.smooth)
      if (state.smooth) lines.append(make("path", { class: `${kind} raw`, d: line(near(points, from, to), x, y) }))
      lines.append(make("path", { class: kind, d: line(near(gentle, from, to), x, y) }))
      labelEnd(labels, gentle, text, colour)
    }
    if (run.best && run.best[0] >= from && run.best[0] <= to && run.points.length > 2) {
      const [epoch, loss] = run.best
      const mark = make("circle", { class: "best", cx: x(epoch), cy: y(loss), r: 4.5 }, make("title", {}, `lowest ${run.watched || "training"} loss: ${said(loss, 4)}, after epoch ${epoch}`))
      svg.append(mark)
    }
    const [low, high] = extent(norms.map(([, value]) => value))
    if (!Number.isFinite(low) || high <= 0) return
    const base = bottom + BAND + 12
    const band = scale(Math.max(low, high / 1e6, 1e-12), Math.max(high, low * 1.001), base, bottom + 18, true)
    svg.append(make("line", { class: "grid", x1: view.left, x2: view.right, y1: bottom, y2: bottom }))
    lines.append(make("path", { class: "norm", d: line(norms.map(([at, value]) => [at, Math.max(value, high / 1e6, 1e-12)]), x, band) }))
    svg.append(make("text", { class: "end small", x: view.right + 6, y: base - 18 }, "gradient"))
    svg.append(make("text", { class: "end small", x: view.right + 6, y: base - 3 }, `norm ${said(norms.at(-1)?.[1], 2)}`))
  }
  function labelEnd(labels, points, text, colour) {
    const last = near(points, view.from, view.to).findLast?.(([at, value]) => at <= view.to + 0.5 && value !== null) ?? points.at(-1)
    if (last && text) labels.push({ y: view.y(last[1]), text, colour })
  }

  // ---- pointing, and choosing a stretch by dragging over it
  const epochAt = (event) => view.x.back(event.clientX - svg.getBoundingClientRect().left)
  const within = (epoch) => Math.min(Math.max(epoch, view.from), view.to)
  svg.onpointerdown = (event) => {
    if (!view || event.button || !event.target.classList.contains("hit")) return
    state.drag = [within(epochAt(event)), null]
    svg.setPointerCapture(event.pointerId)
  }
  svg.onpointermove = (event) => {
    if (!view) return
    state.pointer = epochAt(event)
    if (state.drag) state.drag[1] = within(state.pointer)
    hover()
  }
  svg.onpointerup = () => {
    const drag = state.drag
    state.drag = null
    if (drag && drag[1] !== null && Math.abs(view.x(drag[1]) - view.x(drag[0])) > 8) {
      const [a, b] = [Math.min(...drag), Math.max(...drag)]
      if (b - a >= 1) state.zoom = [Math.max(1, Math.floor(a)), Math.ceil(b)]
    }
    draw()
  }
  svg.onpointercancel = () => { state.drag = null; draw() }
  svg.onpointerleave = () => { if (!state.drag) { state.pointer = null; hover() } }
  svg.ondblclick = () => { state.zoom = null; draw() }
  svg.onkeydown = (event) => {
    if (!view || event.ctrlKey || event.metaKey || event.altKey) return
    const [from, to] = [view.from, view.to]
    const part = Math.max(1, Math.round((to - from) / 4))
    const moves = { "+": [from + part, to - part], "=": [from + part, to - part], "-": [from - part, to + part], ArrowLeft: [from - part, to - part], ArrowRight: [from + part, to + part], 0: null }
    if (!(event.key in moves)) return
    event.preventDefault()
    event.stopPropagation()
    const wanted = moves[event.key]
    const end = Math.max(2, ...state.runs.map((run) => run.epoch))
    state.zoom = !wanted || (wanted[0] <= 1 && wanted[1] >= end) ? null : [Math.max(1, wanted[0]), Math.max(Math.max(1, wanted[0]) + 1, wanted[1])]
    draw()
  }
  function hover() {
    const [cross, picking] = [svg.querySelector(".cross"), svg.querySelector(".picking")]
    if (!cross) return
    const run = state.runs.find((each) => each.id === state.chosen) ?? state.runs.at(-1)
    const near_ = state.pointer !== null && run?.points.length ? nearestTo(run.points, within(state.pointer)) : null
    cross.style.visibility = near_ ? "visible" : "hidden"
    if (near_) {
      cross.setAttribute("x1", view.x(near_[0]))
      cross.setAttribute("x2", view.x(near_[0]))
    }
    const dragged = state.drag && state.drag[1] !== null
    picking.style.visibility = dragged ? "visible" : "hidden"
    if (dragged) {
      const [a, b] = [view.x(Math.min(...state.drag)), view.x(Math.max(...state.drag))]
      picking.setAttribute("x", a)
      picking.setAttribute("width", b - a)
    }
    const point = near_ ?? run?.points.at(-1)
    readout.textContent = !point ? "" : [
      `${state.runs.length > 1 ? `${run.name}, ` : ""}epoch ${point[0].toLocaleString("en")}: training ${said(point[1], 4)}`,
      point[2] === null ? "" : `${run.watched} ${said(point[2], 4)}`, `gradient norm ${said(point[3])}`,
    ].filter(Boolean).join(", ") + "."
  }
  return {
    show(runs, chosen) { state.runs = runs; state.chosen = chosen; draw() },
    draw,
  }
}

// Those of a stretch, and one beyond each end, so that lines go on to the border.
function near(points, from, to) {
  const first = points.findIndex(([at]) => at >= from)
  if (first < 0) return []
  let last = points.findIndex(([at]) => at > to)
  last = last < 0 ? points.length : last + 1
  return points.slice(Math.max(0, first - 1), last)
}

function smoothed(points, weight) {
  if (!weight) return points
  let kept = null
  return points.map(([at, value]) => {
    if (value !== null) kept = kept === null ? value : kept * weight + value * (1 - weight)
    return [at, kept]
  })
}
