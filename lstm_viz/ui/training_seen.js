// What the network says while it learns: its predictions along the real series, or its confusion matrix and its text.
const PARTS = { train: ["train", "var(--T)"], validation: ["validation", "var(--H)"], test: ["test", "var(--O)"] }
const NUMBERED = 10
const NAMED = 20

function makeSeen(section) {
  const state = { scene: null, live: null, pointer: null, confusion: null }
  const title = html("h2", { textContent: "Prediction" })
  const when = html("span", { className: "when" })
  const text = html("div", { className: "written", hidden: true })
  const svg = make("svg", { role: "img", "aria-label": "Prediction" })
  const readout = html("p", { className: "readout" })
  section.append(html("div", { className: "title" }, title, when), text, svg, readout)
  let view = null

  function draw() {
    const { scene, live } = state
    view = null
    if (!scene) return
    const width = Math.max(260, svg.parentElement.clientWidth)
    when.textContent = live ? whenSaid(live) : "nothing learned yet"
    readout.textContent = ""
    text.hidden = !live?.text
    if (live?.text) {
      text.replaceChildren(html("p", { className: "small", textContent: "It writes:" }), html("pre", { textContent: live.text }))
    }
    const free = section.clientHeight > 300 ? section.clientHeight - 66 - (live?.text ? text.offsetHeight + 12 : 0) : 380
    sized(svg, width, Math.max(180, free))
    const draws = { series: drawSeries, pairs: drawPairs, classes: drawClasses }
    draws[scene.kind](width, Math.max(180, free))
  }

  function drawSeries(width, height) {
    const { scene, live } = state
    title.textContent = `Prediction of ${scene.name}`
    const [left, right, top, bottom] = [64, width - 92, 26, height - 34]
    const found = Object.entries(live?.series ?? {})
    const [low, high] = extent([...scene.values, ...found.flatMap(([, [, values]]) => values)])
    const pad = (high - low || 1) * 0.06
    const rows = [scene.rows[0], scene.rows.at(-1)]
    const x = scale(rows[0], rows[1], left, right)
    const y = scale(low - pad, high + pad, bottom, top)
    const count = Math.max(2, Math.floor((right - left) / 105))
    const every = Math.max(1, Math.ceil(scene.rows.length / count))
    const xs = scene.rows.filter((_, place) => place % every === 0)
    const labels = new Map(scene.rows.map((row, place) => [row, scene.labels[place]]))
    grid(svg, { left, right, top, bottom, x, y, xs, ys: ticks(low - pad, high + pad, Math.max(3, Math.floor((bottom - top) / 56))), xText: (row) => labels.get(row), yText: (value) => said(value, 3) })
    scene.parts.forEach(([name, first], place) => {
      if (place) {
        const at = x(first - 0.5)
        svg.append(make("line", { class: "border", x1: at, x2: at, y1: top - 16, y2: bottom }))
        const before = scene.parts[place - 1][0]
        if (place === 1) svg.append(make("text", { class: "part", x: at - 7, y: top - 6, "text-anchor": "end" }, before === "train" ? "trained on" : before))
        const next = scene.parts[place + 1]
        const fits = !next || x(next[1] - 0.5) - at > 80
        svg.append(fits ? make("text", { class: "part", x: at + 7, y: top - 6 }, name)
          : make("text", { class: "part", x: x(next[1] - 0.5) - 5, y: bottom - 8, "text-anchor": "end" }, name))
      }
    })
    const actual = scene.rows.map((row, place) => [row, scene.values[place]])
    svg.append(make("path", { class: "actual", d: line(actual, x, y) }))
    const ends = [{ y: y(actual.at(-1)[1]), text: "actual", colour: "var(--ink)" }]
    const predicted = new Map()
    for (const [name, [at, values]] of found) {
      const points = at.map((row, place) => [row, values[place]])
      for (const [row, value] of points) predicted.set(row, value)
      svg.append(make("path", { class: `predicted ${name}`, d: line(points, x, y), stroke: PARTS[name][1] }))
    }
    const last = found.at(-1)
    if (last?.[1][0].length) ends.push({ y: y(last[1][1].at(-1)), text: "predicted", colour: PARTS[last[0]][1] })
    for (const label of apart(ends, 17, top + 4, bottom)) svg.append(make("text", { class: "end", x: right + 6, y: label.at + 4, fill: label.colour }, label.text))
    svg.append(make("rect", { class: "hit plain", x: left, y: top, width: right - left, height: bottom - top }), make("line", { class: "cross", y1: top, y2: bottom }))
    view = { x, actual, predicted, labels, name: scene.name }
    readout.textContent = live ? scene.ahead ? "One step ahead: each point is predicted from true values before it." : "Each point is predicted from the other columns of its own row." : "This is what is to be learned."
    hover()
  }

  function hover() {
    const cross = svg.querySelector(".cross")
    if (!view || !cross) return
    const shown = state.pointer !== null
    cross.style.visibility = shown ? "visible" : "hidden"
    if (!shown) return
    const [row, value] = nearestTo(view.actual, view.x.back(state.pointer))
    cross.setAttribute("x1", view.x(row))
    cross.setAttribute("x2", view.x(row))
    const guess = view.predicted.get(row)
    readout.textContent = `${view.labels.get(row)}: ${view.name} ${said(value, 4)}` +
      (guess === undefined ? "" : `, predicted ${said(guess, 4)} (${guess < value ? "−" : "+"}${said(Math.abs(guess - value), 3)})`)
  }
  svg.onpointermove = (event) => { state.pointer = event.clientX - svg.getBoundingClientRect().left; hover() }
  svg.onpointerleave = () => {
    state.pointer = null
    if (view) draw()
  }

  function drawPairs(width, height) {
    const { scene, live } = state
    title.textContent = `Prediction of ${scene.name}`
    const part = live?.pairs?.test ? "test" : live?.pairs?.validation ? "validation" : "train"
    const [actual, guesses] = live?.pairs?.[part] ?? [[], []]
    const side = Math.min(width - 80, height - 70)
    const [left, top] = [64, 14]
    const [low, high] = extent([...actual, ...guesses])
    if (!Number.isFinite(low)) {
      svg.append(make("text", { class: "empty", x: width / 2, y: height / 2, "text-anchor": "middle" }, "Points appear here: on the diagonal, a prediction is right."))
      return
    }
    const [x, y] = [scale(low, high, left, left + side), scale(low, high, top + side, top)]
    const at = ticks(low, high, 5)
    grid(svg, { left, right: left + side, top, bottom: top + side, x, y, xs: at, ys: at, xText: (value) => said(value, 2), yText: (value) => said(value, 2) })
    svg.append(make("line", { class: "border", x1: x(low), y1: y(low), x2: x(high), y2: y(high) }))
    svg.append(make("text", { class: "tick", x: left + side, y: top + side + 38, "text-anchor": "end" }, "actual"))
    svg.append(make("text", { class: "tick", x: left + 6, y: top + 8 }, "predicted"))
    actual.forEach((value, place) => svg.append(make("circle", { class: "pair", cx: x(value), cy: y(guesses[place]), r: 3 })))
    readout.textContent = `Samples of ${part}: on the diagonal, a prediction is right.`
  }

  function drawClasses(width, height) {
    const { scene, live } = state
    title.textContent = live?.text ? "Text, and confusion matrix" : "Confusion matrix"
    const counts = state.confusion ?? live?.confusion
    const labels = scene.labels
    const number = counts?.length ?? labels.length
    if (!counts) {
      svg.append(make("text", { class: "empty", x: width / 2, y: height / 2, "text-anchor": "middle" }, "True classes against predicted ones appear here."))
    }
    const named = number <= NAMED
    const longest = named ? Math.max(...labels.map((label) => label.length)) : 0
    const left = Math.min(160, 44 + longest * 8.2)
    const top = 30
    const side = Math.max(90, Math.min(width - left - 16, height - top - (named ? 34 : 10), number <= 3 ? 320 : 520))
    const cell = side / number
    const colours = (counts ?? Array.from({ length: number }, () => Array(number).fill(0)))
    colours.forEach((row, truth) => {
      const whole = row.reduce((sum, each) => sum + each, 0)
      row.forEach((count, guess) => {
        const share = whole ? count / whole : 0
        const box = make("rect", { class: "cell", x: left + guess * cell, y: top + truth * cell, width: Math.max(0.5, cell - (named ? 1.5 : 0.3)), height: Math.max(0.5, cell - (named ? 1.5 : 0.3)) })
        box.style.fill = `color-mix(in srgb, var(${truth === guess ? "--T" : "--O"}) ${Math.round(share * 100)}%, var(--box))`
        box.append(make("title", {}, `true ${labels[truth] ?? truth}, predicted ${labels[guess] ?? guess}: ${count.toLocaleString("en")} of ${whole.toLocaleString("en")}`))
        svg.append(box)
        if (number <= NUMBERED && counts) {
          const middle = [left + (guess + 0.5) * cell, top + (truth + 0.5) * cell]
          svg.append(make("text", { class: share > 0.55 ? "count strong" : "count", x: middle[0], y: middle[1] + 6, "text-anchor": "middle" }, count.toLocaleString("en")))
        }
      })
      if (!named) return
      svg.append(make("text", { class: "tick", x: left - 8, y: top + (truth + 0.5) * cell + 5, "text-anchor": "end" }, labels[truth] ?? truth))
      svg.append(make("text", { class: "tick", x: left + (truth + 0.5) * cell, y: top + side + 18, "text-anchor": "middle" }, labels[truth] ?? truth))
    })
    svg.append(make("text", { class: "part", x: left, y: top - 10 }, "true ↓   predicted →"))
    readout.textContent = counts ? `${sceneWord(scene.part)} samples: on the diagonal, the class was right.` + (named ? "" : " Point at a cell for its characters.") : ""
  }

  return {
    show(scene, live, confusion) { Object.assign(state, { scene, live, confusion }); draw() },
    draw,
  }
}

const whenSaid = ({ epoch, whole }) =>
  whole === false ? `in the middle of epoch ${(epoch + 1).toLocaleString("en")}` : `after epoch ${epoch.toLocaleString("en")}`
const sceneWord = (part) => ({ train: "Training", validation: "Validation", test: "Test" })[part] ?? part
