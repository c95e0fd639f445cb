// The live part of the Training page. It asks the server over plain HTTP how the runs are, at a pace that does not depend
// on the speed of the epochs, and draws what is new; the page itself does not rerun. Where the server has no such route
// the page answers instead.
const PACE = { running: 200, queued: 600, paused: 1000 }
const AT_ONCE = 50
const LONGEST = 2000
const DOUBLE_CLICK = 400
const SAME_PLACE = 6
const HIDDEN = 3000
const SETTLING = 3000
const WORD = "lstm-training-visitor"
const SILENT = "The server does not answer. It is asked again; the curves stay here."

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  followTheme(parentElement)
  const root = parentElement.querySelector(".training")
  const watcher = (root.watcher ??= makeWatcher(root))
  watcher.tell = setStateValue
  watcher.take(data)
  const observer = new ResizeObserver(() => watcher.draw())
  observer.observe(root)
  document.addEventListener("visibilitychange", watcher.wake)
  window.addEventListener("keydown", watcher.key)
  return () => {
    watcher.rest()
    window.removeEventListener("keydown", watcher.key)
    document.removeEventListener("visibilitychange", watcher.wake)
    observer.disconnect()
  }
}

function makeWatcher(root) {
  const part = (name) => root.querySelector(`.${name}`)
  const state = {
    data: null, runs: new Map(), chosen: null, scene: null, sceneOf: null, live: null, report: null, error: "",
    timer: null, hurry: 0, busy: false, shown: "", alone: false, again: false, number: 0, resting: false,
    asked: 0, answered: 0, acted: { timeStamp: -Infinity, screenX: 0, screenY: 0 },
  }
  const loss = makeLossChart(part("loss"))
  const seen = makeSeen(part("seen"))
  const api = { tell: () => {} }

  api.take = (data) => {
    const changed = state.data && state.data.data !== data.data
    state.data = data
    state.resting = false
    comeBack(data.visitor)
    if (changed && state.runs.get(state.chosen)?.data !== data.data) choose(null)
    if (data.answer) {
      took(data.answer)
      state.error = data.answer.error ?? ""
    }
    draw()
    report()
    if (!state.alone) ask()
  }
  api.rest = () => {
    state.resting = true
    clearTimeout(state.timer)
  }
  api.draw = () => draw()

  // This tab keeps the word by which its runs are known: after a reload, or when the server was started anew, it says it
  // once, and the server either knows the runs still or gives this tab a new word.
  function comeBack(given) {
    const kept = tabStore()?.getItem(WORD)
    if (kept && kept !== given && state.claimed !== given) {
      state.claimed = given
      api.tell("claim", kept)
    } else if (kept !== given) {
      tabStore()?.setItem(WORD, given)
    }
  }

  // ---- on a projector: the curves, and on a screen of their own the tables below them
  const turn = (way) => {
    const count = isInRoom() && state.runs.size ? 2 : 1
    state.place = Math.min(Math.max((state.place ?? 0) + way, 0), count - 1)
    root.dataset.place = count > 1 ? state.place : ""
    sayPart(part("said"), state.place, count, turn)
    return count > 1
  }
  api.key = pageKey(turn)

  // ---- asking
  const body = (more) => ({
    have: Object.fromEntries([...state.runs].map(([id, run]) => [id, run.points.at(-1)?.[0] ?? 0])),
    done: [...state.runs].filter(([, run]) => run.over && !run.gone).map(([id]) => id),
    chosen: state.chosen, live: state.live?.epoch ?? null, whole: state.live?.whole ?? true, scene: state.sceneOf, ...more,
  })
  async function ask(more = {}) {
    clearTimeout(state.timer)
    if (state.alone) {
      if (more.act) api.tell("ask", { ...body(more), have: {}, done: [], live: null, scene: null, number: ++state.number })
      return
    }
    if (state.busy && !more.act) {
      state.again = true
      return
    }
    state.busy = true
    const number = ++state.asked
    try {
      const { route, header, visitor } = state.data
      const answer = await fetch(route, { method: "POST", headers: { "Content-Type": "application/json", [header]: visitor }, body: JSON.stringify(body(more)) })
      const kind = answer.headers.get("Content-Type") ?? ""
      if ([404, 405].includes(answer.status) || !kind.includes("json")) {
        state.alone = true
        api.tell("alone", true)
        if (more.act) ask(more)
        return
      }
      const found = await answer.json()
      if (found.unknown) api.tell("lost", Date.now())
      else if (more.act || number > state.answered) took(found)
      state.answered = Math.max(state.answered, number)
      state.error = found.error ?? (more.act || state.error === SILENT ? "" : state.error)
    } catch {
      state.error = SILENT
    } finally {
      state.busy = false
    }
    draw()
    report()
    later(more.act === "pause" ? PACE.running : LONGEST) // soon: the epoch under way, and what is predicted after it
  }
  const starting = (run) => performance.now() < state.hurry && !run.over && run.state !== "paused" && !run.points.length
  function later(most = LONGEST) {
    if (state.alone || state.resting) return
    const going = [...state.runs.values()].filter((run) => !run.over)
    if (!going.length && !state.again && state.error !== SILENT) return
    const first = going.find(starting)
    let wait = Math.min(most, ...going.map((run) => PACE[run.state] ?? 1000))
    if (state.again) wait = AT_ONCE
    if (first) wait = 0
    if (document.hidden) wait = HIDDEN
    state.again = false
    clearTimeout(state.timer)
    state.timer = setTimeout(() => ask(first ? { wait: first.id } : {}), wait)
  }
  function took(found) {
    const there = new Set(found.runs.map((run) => run.id))
    for (const [id, run] of state.runs) if (!there.has(id)) state.runs.set(id, { ...run, gone: true, over: true, kept: null })
    for (const { new: points, same, ...row } of found.runs) {
      if (same) continue
      const before = state.runs.get(row.id)?.points ?? []
      const last = before.at(-1)?.[0] ?? 0
      const over = ["finished", "stopped", "failed"].includes(row.state)
      state.runs.set(row.id, { ...row, over, points: before.concat(points.filter(([epoch]) => epoch > last)) })
    }
    if (found.started) choose(found.started)
    const wanted = state.runs.has(state.chosen) ? state.chosen : null
    if (wanted === null) {
      const fitting = [...state.runs.values()].filter((run) => run.data === state.data.data)
      choose(fitting.at(-1)?.id ?? null)
    }
    if (found.chosen && found.chosen === state.chosen) {
      if (found.scene) [state.scene, state.sceneOf] = [found.scene, found.chosen]
      if (found.live) state.live = found.live
      if (found.report) state.report = found.report
    } else if (state.chosen && !state.runs.get(state.chosen)?.gone) {
      state.again = true
    }
  }
  // the page below shows what is made of the chosen run; its rerun would only hold up the first point
  function report() {
    const run = state.runs.get(state.chosen)
    if (run && starting(run)) return
    const words = run ? `${run.id} ${run.over ? run.state : ""} ${run.over || run.state === "paused" ? run.kept : ""} ${state.runs.size}` : ""
    if (words !== state.shown) {
      state.shown = words
      api.tell("shown", words)
    }
  }
  function choose(id) {
    if (state.chosen === id) return
    Object.assign(state, { chosen: id, scene: null, sceneOf: null, live: null, report: null })
  }
  function act(name, id = state.chosen) {
    if (name === "choose") {
      choose(id)
      draw()
      ask()
      return
    }
    state.hurry = performance.now() + 8000
    state.error = ""
    if (name === "remove") {
      const gone = state.runs.get(id)?.gone
      state.runs.delete(id)
      if (state.chosen === id) choose(null)
      draw()
      if (gone) return
    }
    if (name === "pause" || name === "go_on" || name === "stop") {
      state.held = part("acts").contains(root.getRootNode().activeElement)
      for (const button of root.querySelectorAll(".acts button")) button.disabled = true
      part("acts").dataset.shown = "" // made anew with the answer
    }
    settled(() => ask({ act: name, run: id }))
  }
  // the second click of a double one would meet the button that has taken the place of the first
  function clicked(event, name) {
    const { timeStamp, screenX, screenY } = event
    const near = Math.hypot(screenX - state.acted.screenX, screenY - state.acted.screenY) < SAME_PLACE
    const second = event.detail > 0 && near && timeStamp - state.acted.timeStamp < DOUBLE_CLICK
    state.acted = { timeStamp, screenX, screenY }
    if (!second) act(name)
  }
  api.wake = () => {
    if (!document.hidden && !state.resting) ask()
  }

  // ---- drawing
  function draw() {
    if (!state.data || !root.clientWidth) return
    const run = state.runs.get(state.chosen)
    const alike = [...state.runs.values()].filter((each) => each.data === (run ? run.data : state.data.data))
    part("lead").textContent = state.data.lead
    part("detail").textContent = state.data.detail
    drawActs(run)
    drawStatus(run)
    loss.show(alike, state.chosen)
    seen.show(state.scene ?? (run ? null : state.data.scene) ?? state.data.scene, state.scene ? state.live : null, state.report?.confusion ?? null)
    drawReport(part("report"), state.report)
    drawRuns(part("runs"), [...state.runs.values()], state.chosen, state.data.data, act)
    turn(0)
  }
  function drawActs(run) {
    const going = run && !run.over
    const able = !state.data.error
    const buttons = going
      ? [run.state === "paused" ? ["go_on", "▶ Go on", "main"] : ["pause", "❚❚ Pause", "main"], ["stop", "■ Stop", ""], ["restart", "Restart with these settings", ""]]
      : [["train", run ? "▶ Train again" : "▶ Train", "main"]]
    if (run?.over && run.kept) buttons.push(["resume", `Go on from epoch ${run.kept.toLocaleString("en")}`, ""])
    if (!going && state.data.cell) buttons.push(["compare", "Compare LSTM, GRU, RNN", ""])
    const waits = run?.state === "queued"
    const wanted = JSON.stringify([buttons, able, waits])
    const place = part("acts")
    if (place.dataset.shown === wanted) return
    place.dataset.shown = wanted
    const focused = place.contains(root.getRootNode().activeElement) || (state.held && document.activeElement === document.body)
    place.replaceChildren(...buttons.map(([name, label, kind]) => {
      const button = html("button", { type: "button", className: kind, textContent: label, dataset: { act: name } })
      button.disabled = (!able && ["train", "restart", "compare"].includes(name)) || (waits && name === "pause")
      button.onclick = (event) => clicked(event, name)
      return button
    }))
    const first = place.querySelector("button")
    state.held = focused && first.disabled  // it gets the focus when it can take it
    if (focused) first.focus()
  }
  function drawStatus(run) {
    const bar = part("bar")
    const share = run ? Math.round(run.progress * 1000) / 10 : 0
    bar.firstChild.style.width = `${share}%`
    bar.dataset.state = run?.state ?? ""
    bar.setAttribute("aria-valuenow", Math.round(share))
    const facts = run ? factsOf(run) : [["epochs to go", state.data.epochs.toLocaleString("en")]]
    part("facts").replaceChildren(...facts.map(([name, value, unit = ""]) => html("span", {}, html("b", { textContent: value }), ` ${name}${unit}`)))
    part("said").className = `said ${state.error || state.data.error || run?.state === "failed" ? "bad" : ""}`
    const sentence = state.error || state.data.error || sentenceOf(run, state.report)
    if (part("said").textContent !== sentence) part("said").textContent = sentence  // it is read aloud
  }
  return api
}

// Once the page has taken in what was set a moment ago: a run starts with what the controls say.
function settled(go, since = performance.now()) {
  const app = document.querySelector('[data-testid="stApp"]')
  const busy = app?.dataset.testScriptState === "running" && performance.now() - since < SETTLING
  if (busy) setTimeout(() => settled(go, since), 20)
  else go()
}

function factsOf(run) {
  const left = run.over || run.left === null ? [] : [["left", timeText(run.left)]]
  const epochs = ["of " + run.epochs.toLocaleString("en"), `epoch ${run.epoch.toLocaleString("en")}`]
  if (!run.points.length) return [epochs]
  return [
    epochs, ...(run.over ? [["in all", timeText(run.seconds)]] : left), ["samples a second", Math.round(run.speed).toLocaleString("en")],
    ["gradient norm", said(run.norm)], ["learning rate", said(run.rate)],
  ]
}

function timeText(seconds) {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  return seconds < 100 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

function sentenceOf(run, report) {
  if (!run) return "Press Train, and watch the loss fall and the prediction come nearer."
  if (run.gone) return `The server does not know run ${run.name} any more. Its curve stays here until the page is loaded anew.`
  if (run.state === "queued") {
    const before = run.place - 1
    return `Run ${run.name} is waiting for a place: ${before === 0 ? "it is next" : `${before} ${before > 1 ? "runs are" : "run is"} before it`}.`
  }
  if (run.state === "running" && !run.points.length) return "It starts …"
  const said = run.state === "paused" ? ["Paused. Its place is free for others meanwhile."]
    : !run.over ? [] : [run.message || `Done after ${run.epoch.toLocaleString("en")} epochs.`, report?.verdict]
  return [...said, run.unkept].filter(Boolean).join(" ")
}
