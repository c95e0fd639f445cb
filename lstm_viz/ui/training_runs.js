// All runs of the visitor in a table, and what the chosen one is worth beside the baselines.
const STATES = { queued: "waiting", running: "running", paused: "paused", finished: "done", stopped: "stopped", failed: "failed" }

function drawRuns(place, runs, chosen, dataKey, act) {
  place.hidden = runs.length === 0
  if (!runs.length) return place.replaceChildren()
  const names = new Set(runs.map(metricOf).filter(Boolean))
  const one = [...names][0] // each says its own where they are of different kinds
  const head = ["", "run", "", "epochs", "lowest loss", ...(one ? [names.size > 1 ? "result" : one] : []), "seconds", "weights", ""]
  const rows = [...runs].reverse().map((run) => {
    const [best, loss] = run.best ?? []
    const choose = html("button", { type: "button", className: "choose", title: "Show this run", textContent: run.name })
    choose.setAttribute("aria-pressed", run.id === chosen)
    choose.onclick = () => act("choose", run.id)
    const remove = html("button", { type: "button", className: "remove", title: `Remove run ${run.name}`, textContent: "×" })
    remove.setAttribute("aria-label", `Remove run ${run.name}`)
    remove.onclick = () => act("remove", run.id)
    const elsewhere = run.data !== dataKey ? " · other data" : ""
    const row = html("tr", { className: run.id === chosen ? "chosen" : "" },
      html("td", {}, swatch(run, run.id === chosen)), html("td", {}, choose), html("td", { className: "summary", textContent: run.summary + elsewhere }),
      html("td", { className: "number", textContent: `${run.epoch.toLocaleString("en")} of ${run.epochs.toLocaleString("en")}` }),
      html("td", { className: "number", textContent: best ? `${said(loss)} at ${best.toLocaleString("en")}` : "" }),
      ...(one ? [html("td", { className: "number", textContent: resultOf(run, names.size > 1) })] : []),
      html("td", { className: "number", textContent: run.seconds === undefined ? STATES[run.state] : said(run.seconds, 2) }),
      html("td", { className: "number", textContent: run.weights.toLocaleString("en") }), html("td", {}, remove))
    return row
  })
  const table = html("table", {}, html("thead", {}, html("tr", {}, ...head.map((text, at) => html("th", { textContent: text, className: at > 2 ? "number" : "" })))), html("tbody", {}, ...rows))
  const focused = place.getRootNode().activeElement?.title
  place.replaceChildren(html("h2", { textContent: runs.length > 1 ? "Runs" : "Run" }), html("div", { className: "wide", tabIndex: 0 }, table))
  if (focused) [...place.querySelectorAll("button")].find((button) => button.title === focused)?.focus()
}

const metricOf = (run) => ["RMSE", "accuracy"].find((name) => run.metrics?.[name] !== undefined)

function resultOf(run, named) {
  const metric = metricOf(run)
  return metric ? `${named ? `${metric} ` : ""}${said(run.metrics[metric])}` : STATES[run.state]
}

function swatch(run, isChosen) {
  const svg = make("svg", { width: 38, height: 14, "aria-hidden": true })
  if (isChosen) {
    svg.append(make("path", { class: "train", d: "M1 4H37" }), make("path", { class: "watched", d: "M1 10H37" }))
  } else {
    const { colour, dash } = styleOf(run)
    svg.append(make("path", { class: "other", d: "M1 7H37", stroke: colour, "stroke-dasharray": dash }))
  }
  return svg
}

function drawReport(place, report) {
  place.hidden = !report
  if (!report) return place.replaceChildren()
  const names = Object.keys(report.metrics)
  const row = (name, metrics, mark) => html("tr", { className: mark }, html("td", { textContent: name }),
    ...names.map((each) => html("td", { className: "number", textContent: said(metrics[each], 4) })))
  const table = html("table", {},
    html("thead", {}, html("tr", {}, html("th", { textContent: `on the ${report.part} samples` }), ...names.map((name) => html("th", { className: "number", textContent: name })))),
    html("tbody", {}, row("this network", report.metrics, "ours"), ...Object.entries(report.baselines).map(([name, metrics]) => row(`without a network: ${name}`, metrics, ""))))
  place.replaceChildren(html("h2", { textContent: "What it is worth" }), html("div", { className: "wide", tabIndex: 0 }, table))
}
