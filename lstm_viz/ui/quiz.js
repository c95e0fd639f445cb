// One question at a time. What was typed stays in the field until it was read; Enter answers, Enter goes on.
const LONGEST = 4000 // after so many milliseconds without an answer another wish may be said
const KEPT = "lstm-quiz"
const SURE_FOR = 5000 // so many milliseconds a second click is waited for, before everything is forgotten
const states = new WeakMap()

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  followTheme(parentElement)
  const root = parentElement.querySelector(".quiz")
  const state = states.get(root) ?? start(root)
  Object.assign(state, { data, send: (asked) => setStateValue("asked", asked), say: (act, value) => say(state, act, value) })
  if (data.seen !== state.seen) state.pending = 0
  state.seen = data.seen
  keep(data.kept, (answers) => setStateValue("kept", { answers }))
  draw(root, state)
  const keys = (event) => pressed(root, state, event)
  window.addEventListener("keydown", keys)
  return () => window.removeEventListener("keydown", keys)
}

// One wish at a time: what is pressed before the page has answered is not for the next question.
function say(state, act, value = null) {
  if (Date.now() - (state.pending ?? 0) < LONGEST) return
  state.pending = Date.now()
  state.send({ act, value, at: Date.now(), key: state.data.key })
}

// A reload begins a new session, which does not know the answers: this tab does, and the server checks each anew.
function keep(answers, offer) {
  try {
    if (answers) return tabStore()?.setItem(KEPT, JSON.stringify(answers))
    const kept = JSON.parse(tabStore()?.getItem(KEPT) ?? "[]")
    if (kept.length) offer(kept)
  } catch {
    // a full or a foreign store: the quiz goes on without
  }
}

function start(root) {
  const state = {}
  states.set(root, state)
  const on = (selector, kind, act) => root.querySelector(selector).addEventListener(kind, act)
  on(".typed", "submit", (event) => {
    event.preventDefault()
    if (!state.data.verdict) state.say("answer", root.querySelector("input").value)
  })
  // Streamlit has keys of its own, such as R: they are not for what is typed here
  on("input", "keydown", (event) => event.stopPropagation())
  on(".levels", "click", (event) => act(event, (button) => state.say("level", Number(button.dataset.level))))
  on(".dots", "click", (event) => act(event, (button) => state.say("go", Number(button.dataset.number))))
  on(".choices", "click", (event) => act(event, (button) => choose(state, Number(button.dataset.place))))
  on(".spots", "click", (event) => act(event, (button) => state.say("shapes", JSON.parse(button.dataset.at))))
  for (const button of root.querySelectorAll(".next")) button.addEventListener("click", () => state.say("next"))
  on(".shapes", "click", () => state.say("shapes"))
  on(".new", "click", () => state.say("new"))
  on(".anew", "click", (event) => forget(event.currentTarget, state))
  on(".copy-code", "click", (event) => copy(event.currentTarget, state.data.verdict.code))
  on(".copy-card", "click", (event) => copy(event.currentTarget, state.data.card))
  on(".copy-link", "click", (event) => copy(event.currentTarget, link(state.data.query)))
  return state
}

function act(event, then) {
  const button = event.target.closest("button")
  if (button && !button.disabled) then(button)
}

function link(query) {
  return `${window.location.origin}${window.location.pathname}?${new URLSearchParams(query)}`
}

async function copy(button, text) {
  const before = button.dataset.label ?? button.textContent
  button.dataset.label = before
  button.textContent = (await copyText(text)) ? "Copied" : "Copying is not allowed here"
  setTimeout(() => { button.textContent = before }, 1600)
}

// A click by mistake forgets nothing.
function forget(button, state) {
  clearTimeout(state.unsure)
  if (button.dataset.sure) {
    state.say("anew")
    sure(button, false)
    return
  }
  sure(button, true)
  state.unsure = setTimeout(() => sure(button, false), SURE_FOR)
}

function sure(button, asked) {
  button.dataset.sure = asked ? "1" : ""
  button.textContent = asked ? "Forget all answers?" : "Start anew"
}

function choose(state, place) {
  if (!state.data.verdict) state.say("answer", String(place + 1))
}

// 1 to 4 choose, Enter goes on, wherever the focus is but in a field or on another button.
function pressed(root, state, event) {
  const at = event.composedPath()[0]
  if (event.altKey || event.ctrlKey || event.metaKey || at.matches?.("input, textarea, select, [contenteditable]")) return
  const { choices } = state.data.question
  const place = "1234".indexOf(event.key)
  if (event.key.length === 1 && place >= 0 && choices && place < choices.length && !state.data.verdict && !state.data.card) {
    event.preventDefault()
    choose(state, place)
  } else if (goesOn(event.key, at) && (state.data.verdict || state.data.card)) {
    event.preventDefault()
    state.say("next")
  }
}

// a clicker sends the page keys
function goesOn(key, at) {
  return (key === "Enter" && !at.matches?.("button, a, summary")) || (key === "PageDown" && isPresented())
}

function draw(root, state) {
  const { data } = state
  const one = (selector) => root.querySelector(selector)
  one(".levels").replaceChildren(...data.levels.map(levelButton))
  one(".dots").replaceChildren(...data.dots.map(dot))
  one(".score").textContent = data.score
  one(".sum").hidden = !data.score
  const ended = data.card !== null
  root.classList.toggle("answered", Boolean(data.verdict) && !ended)
  one(".ask").hidden = ended
  one(".verdict").hidden = ended || !data.verdict
  one(".card").hidden = !ended
  ask(one, data)
  if (data.verdict) verdict(one, data)
  for (const button of root.querySelectorAll(".next")) button.textContent = data.next
  one(".result").textContent = data.card ?? ""
  one(".card h2").textContent = ended ? `${data.card.split(" · ")[0]} right` : ""
  one(".roomsays").textContent = data.room
  one(".spots").hidden = !data.spots.length
  one(".spots ul").replaceChildren(...data.spots.map(spot))
  focus(one, state)
}

function ask(one, data) {
  const { question } = data
  const here = data.dots.find((each) => each.here)
  one(".where").textContent = `Question ${here.number} · ${question.topic}`
  one(".words").innerHTML = question.words
  one(".words").classList.toggle("long", one(".words").textContent.length > 48)
  one(".code").innerHTML = question.code
  one(".choices").hidden = !question.choices
  one(".choices").replaceChildren(...(question.choices ?? []).map((code, place) => choice(code, place, data.verdict)))
  one(".typed").hidden = Boolean(question.choices)
  const field = one("input")
  field.readOnly = Boolean(data.verdict)
  if (data.verdict) field.value = data.verdict.typed
  one(".typed button").hidden = Boolean(data.verdict)
  one(".problem").textContent = data.error
  field.setAttribute("aria-invalid", String(Boolean(data.error)))
  one(".hint").textContent = data.verdict ? "" : question.hint
}

function choice(code, place, verdict) {
  const button = document.createElement("button")
  button.type = "button"
  button.dataset.place = place
  button.innerHTML = `<kbd>${place + 1}</kbd><code>${code}</code><i></i>`
  button.disabled = Boolean(verdict)
  if (verdict?.true === place) mark(button, "true", "✓ right")
  else if (verdict?.chosen === place) mark(button, "wrong", "✗ yours")
  return button
}

function mark(button, kind, text) {
  button.classList.add(kind)
  button.querySelector("i").textContent = text
}

function verdict(one, { verdict }) {
  one(".verdict").classList.toggle("right", verdict.right)
  one(".title").innerHTML = verdict.title
  one(".said").innerHTML = verdict.said
  one(".run").innerHTML = verdict.run
  one(".blocks").hidden = !verdict.svg
  one(".blocks").innerHTML = verdict.svg
  const svg = one(".blocks svg")
  if (svg) svg.dataset.theme = one(".quiz, .blocks").getRootNode().host.dataset.theme
}

function levelButton({ level, chosen }) {
  const button = document.createElement("button")
  button.type = "button"
  button.dataset.level = level
  button.textContent = `Level ${level}`
  button.setAttribute("aria-pressed", String(chosen))
  return button
}

function dot({ number, right, here }) {
  const button = document.createElement("button")
  button.type = "button"
  button.dataset.number = number
  button.textContent = right === null ? number : right ? "✓" : "✗"
  button.className = right === null ? "" : right ? "good" : "bad"
  const said = right === null ? "not answered" : right ? "right" : "missed"
  button.setAttribute("aria-label", `Question ${number}, ${said}`)
  if (here) button.setAttribute("aria-current", "true")
  return button
}

function spot({ topic, right, asked, at }) {
  const row = document.createElement("li")
  const button = document.createElement("button")
  button.type = "button"
  button.dataset.at = JSON.stringify(at)
  button.textContent = topic
  button.title = "Open the network of the question that was missed on the Shapes page"
  const bar = document.createElement("span")
  bar.className = "meter"
  bar.setAttribute("aria-hidden", "true")
  const filled = document.createElement("i")
  filled.style.width = `${(100 * right) / asked}%`
  bar.append(filled)
  const count = document.createElement("small")
  count.textContent = `${right} of ${asked}`
  row.append(button, bar, count)
  return row
}

// After an answer the focus is on the way on; at a new question where the answer goes.
function focus(one, state) {
  const { data } = state
  const stage = `${data.key}/${Boolean(data.verdict)}`
  const first = state.stage === undefined
  const another = state.key !== data.key || (state.answered && !data.verdict)
  if (another) one("input").value = data.verdict ? data.verdict.typed : data.refused
  state.answered = Boolean(data.verdict)
  if (state.stage === stage) return
  Object.assign(state, { stage, key: data.key })
  if (first && (data.verdict || window.innerWidth < 700)) return
  if (data.card !== null) one(".card .next").focus({ preventScroll: true })
  else if (data.verdict) {
    one(".verdict .next").focus({ preventScroll: true })
    one(".verdict").scrollIntoView({ block: "nearest" })
  } else if (data.question.choices) one(".words").focus({ preventScroll: true })
  else one("input").focus({ preventScroll: true })
}
