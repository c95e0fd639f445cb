// The catalogue: a list that follows what is typed or pasted, and the chosen mistake beside it.
const LONG = 6
const ENOUGH = 0.5
const ENOUGH_OF_MANY = 0.45
const states = new WeakMap()

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  const theme = followTheme(parentElement)
  const root = parentElement.querySelector(".mistakes")
  const state = states.get(root) ?? start(root)
  Object.assign(state, { data, theme, say: setStateValue })
  root.classList.toggle("chosen", Boolean(data.chosen || data.embedded))
  root.classList.toggle("embedded", Boolean(data.embedded))
  if (state.listed !== data.items.length) {
    state.listed = data.items.length
    state.index = indexOf(data.items)
    list(root, state)
  }
  mark(root, data.detail.key)
  show(root, state)
  window.addEventListener("keydown", state.onKey)
  state.observer.observe(root)
  return () => {
    window.removeEventListener("keydown", state.onKey)
    state.observer.disconnect()
  }
}

function start(root) {
  const state = { kind: "", slide: 0, slides: 1 }
  state.onKey = (event) => turnByKey(root, state, event)
  state.observer = new ResizeObserver(() => showSlide(root, state))
  states.set(root, state)
  const field = root.querySelector(".find")
  field.addEventListener("input", () => list(root, state))
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault()
      root.querySelector(".list button")?.click()
    }
  })
  root.querySelector(".clear").addEventListener("click", () => {
    field.value = ""
    list(root, state)
    field.focus()
  })
  for (const button of root.querySelectorAll(".kinds button")) {
    button.addEventListener("click", () => {
      state.kind = state.kind === button.dataset.kind ? "" : button.dataset.kind
      list(root, state)
    })
  }
  root.querySelector(".list").addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.key
    if (key) {
      state.slide = 0
      pick(root, state, key)
    }
  })
  root.querySelector(".list").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const all = [...root.querySelectorAll(".list button")]
    const next = step && all[all.indexOf(event.target) + step]
    if (!next) return
    event.preventDefault()
    next.focus()
  })
  root.querySelector(".list").addEventListener("focusin", (event) => reachable(root, event.target))
  root.querySelector(".detail").addEventListener("click", (event) => clicked(root, state, event))
  return state
}

function pick(root, state, key) {
  mark(root, key)
  state.say("asked", { key, at: Date.now() })
  state.top = true
}

// --- finding ---

// Numbers are all alike: a message is found whatever its sizes are.
const plain = (text) => text.toLowerCase().replace(/\d+/g, "#").replace(/[^a-z_#]+/g, " ").trim()
const words = (text) => [...new Set(plain(text).split(" "))].filter((word) => /[a-z]/.test(word))
const RAISED = /^\s*(?:[\w.]*(?:Error|Exception|Warning)|[^\n]*\d: \w*Warning): ?/gm

// Of a traceback, what stands after the last exception.
function messageOf(query) {
  const last = [...query.matchAll(RAISED)].at(-1)
  return last ? query.slice(last.index + last[0].length) || query : query
}

function indexOf(items) {
  const texts = items.map((item) => ({ plain: plain(item.text), words: words(item.text) }))
  const counts = new Map()
  for (const text of texts) for (const word of text.words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return { texts, counts, weight: (count) => Math.log(1 + items.length / count) }
}

// How much of what was asked an item holds, rare words counting more. In a long paste words that no item knows are
// names of the person's own; of a few typed words each counts, and its beginning is enough.
function found(items, index, query) {
  const message = messageOf(query)
  const asked = words(message)
  if (!asked.length) return items
  const short = asked.length < LONG
  const whole = plain(message)
  const weights = asked.map((word) => {
    const count = short
      ? index.texts.filter((text) => text.words.some((each) => each.startsWith(word))).length
      : index.counts.get(word)
    return count ? index.weight(count) : short ? index.weight(1) : 0
  })
  const all = weights.reduce((sum, weight) => sum + weight, 0) || 1
  const scored = items.map((item, place) => {
    const text = index.texts[place]
    const hit = (word) => (short ? text.words.some((each) => each.startsWith(word)) : text.words.includes(word))
    const share = asked.reduce((sum, word, at) => sum + (hit(word) ? weights[at] : 0), 0) / all
    const score = share + (text.plain.includes(whole) ? 1 : 0)
    return { item, place, score: score >= (short ? ENOUGH : ENOUGH_OF_MANY) ? score : 0 }
  })
  return scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || a.place - b.place).map(({ item }) => item)
}

function list(root, state) {
  const query = root.querySelector(".find").value
  const matching = found(state.data.items, state.index, query)
  const shown = matching.filter((item) => !state.kind || item.kind === state.kind)
  const nodes = []
  let group = null
  for (const item of shown) {
    if (!query.trim() && item.group !== group) {
      group = item.group
      nodes.push(made("h2", group))
    }
    const button = made("button", "")
    button.type = "button"
    button.dataset.key = item.key
    button.title = item.problem
    button.append(made("span", item.title, "title"), made("span", item.kind, `kind ${item.kind}`))
    nodes.push(button)
  }
  if (!nodes.length) nodes.push(made("p", "Nothing like it here. Paste the whole message into The doctor, above.", "none"))
  root.querySelector(".list").replaceChildren(...nodes)
  root.querySelector(".count").textContent = shown.length === state.data.items.length ? `${shown.length} mistakes, the most frequent first` : `${shown.length} of ${state.data.items.length}`
  root.querySelector(".clear").hidden = !query
  for (const button of root.querySelectorAll(".kinds button")) {
    button.setAttribute("aria-pressed", String(button.dataset.kind === state.kind))
  }
  mark(root, state.data.detail.key)
}

function mark(root, key) {
  const side = root.querySelector(".list")
  for (const button of side.querySelectorAll("button")) {
    const here = button.dataset.key === key
    button.toggleAttribute("aria-current", here)
    if (here && root.dataset.marked !== key && root.classList.contains("chosen")) {
      root.dataset.marked = key
      const top = button.offsetTop - side.offsetTop
      if (top < side.scrollTop || top + button.offsetHeight > side.scrollTop + side.clientHeight) side.scrollTop = top - 60
    }
  }
  if (!side.contains(root.getRootNode().activeElement)) reachable(root, side.querySelector("[aria-current]"))
}

// Tab stops once at the list, at the chosen or the first one; the arrow keys go through it.
function reachable(root, one) {
  const all = [...root.querySelectorAll(".list button")]
  const stop = all.includes(one) ? one : all[0]
  for (const button of all) button.tabIndex = button === stop ? 0 : -1
}

function made(tag, text, name) {
  const element = document.createElement(tag)
  element.textContent = text
  if (name) element.className = name
  return element
}

// --- the chosen one ---

function show(root, state) {
  const { detail } = state.data
  const fill = (name, text) => {
    const element = root.querySelector(`.detail .${name}`)
    if (element.source !== text) {
      element.source = text
      element.innerHTML = text
    }
  }
  fill("head", detail.head)
  fill("body", detail.body)
  for (const svg of root.querySelectorAll(".map svg")) svg.dataset.theme = state.theme
  sizes(root, state)
  showSlide(root, state)
  if (state.top) {
    state.top = false
    const where = root.querySelector(".detail")
    if (where.getBoundingClientRect().top < 0 || root.clientWidth < 760) where.scrollIntoView({ block: "start" })
  }
}

function sizes(root, state) {
  const { detail } = state.data
  const row = root.querySelector(".sizes")
  if (row.dataset.key !== detail.key) {
    row.dataset.key = detail.key
    row.replaceChildren(...detail.sizes.map((size) => sizeField(size, row, state)))
  }
  for (const { letter, value } of detail.sizes) {
    const input = row.querySelector(`input[data-letter="${letter}"]`)
    if (input !== root.getRootNode().activeElement) input.value = value
  }
  root.querySelector(".problem").textContent = detail.error
  root.querySelector(".reset").disabled = !detail.changed
}

function sizeField({ letter, shown, name, value, least, most }, row, state) {
  const label = made("label", "")
  label.className = `size s-${letter[0]}`
  label.title = `${name}, ${least} to ${most}`
  const input = document.createElement("input")
  Object.assign(input, { type: "number", min: least, max: most, step: 1, value })
  input.dataset.letter = letter
  input.setAttribute("aria-label", `${name}, ${least} to ${most}`)
  input.addEventListener("input", () => {
    clearTimeout(row.timer)
    row.timer = setTimeout(() => {
      const chosen = {}
      for (const each of row.querySelectorAll("input")) if (each.value !== "") chosen[each.dataset.letter] = Number(each.value)
      state.say("asked", { key: state.data.detail.key, sizes: chosen, at: Date.now() })
    }, 120)
  })
  label.append(made("b", shown), input, made("small", name))
  return label
}

async function clicked(root, state, event) {
  const button = event.target.closest("button")
  if (!button) return
  const { detail } = state.data
  if (button.dataset.copy) return copied(button, detail.copies[button.dataset.copy])
  if (button.matches(".link")) return copied(button, `${location.origin}${location.pathname}?pitfall=${detail.key}`)
  if (button.matches(".back")) return state.say("asked", { key: "", at: Date.now() })
  if (button.matches(".before")) return turn(root, state, -1)
  if (button.matches(".after")) return turn(root, state, 1)
  root.querySelector(".sizes").dataset.key = ""
  if (button.matches(".network")) return state.say("asked", { key: detail.key, network: true, at: Date.now() })
  if (button.matches(".reset")) return state.say("asked", { key: detail.key, at: Date.now() })
}

async function copied(button, text) {
  const before = button.textContent
  button.textContent = (await copyText(text)) ? "Copied" : "The browser does not allow it"
  setTimeout(() => (button.textContent = before), 1400)
}
