// All settings in one component, of native inputs: the page stays light, so that the picture follows a dragged slider.
// Whoever shows the picture takes a change ("lstm:set") and says when it is drawn ("lstm:drawn"); a moment after the last
// change the whole page follows. One change is on its way at a time, with all that the page has not seen yet: a slow
// server gets fewer, and the newest always arrives. Where nobody takes it the page is told each time.
const PATIENCE = 1500
const SETTLED = 220
const SLIM = "BTFVEHL"
const sender = { unseen: new Map(), sent: 0, asked: 0, busy: false, timer: null }
let root = null
let name = null
let sections = null
let query = null
let slim = false
let tellPage = null

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  followTheme(parentElement)
  root = parentElement.querySelector(".controls")
  if (name !== data.name) sender.unseen.clear()
  name = data.name
  slim = data.slim
  root.classList.toggle("slim", slim)
  tellPage = (fields, sent) => setStateValue("values", { fields, sent, at: Date.now() })
  for (const [field, change] of sender.unseen) if (change.sent <= data.seen) sender.unseen.delete(field)
  query = data.query
  if (sender.unseen.size === 0) sections = data.sections
  sections ??= data.sections
  draw()
  if (data.seen >= sender.asked) arrived()
}

window.addEventListener("lstm:drawn", ({ detail }) => {
  if (!root?.isConnected) return
  if (!detail.sections) {
    query = null
    send()
    return
  }
  sections = detail.sections
  arrived()
  draw()
})

function set(field, value) {
  if (field === "preset") sender.unseen.clear()
  sender.unseen.set(field, { value, sent: ++sender.sent })
  if (!sender.busy) send()
}

function send() {
  clearTimeout(sender.timer)
  sender.busy = true
  sender.asked = sender.sent
  const fields = unseenFields()
  const detail = { query, fields, sent: sender.sent }
  const taken = query !== null && !window.dispatchEvent(new CustomEvent("lstm:set", { detail, cancelable: true }))
  if (!taken) tellPage(fields, sender.sent)
  sender.timer = setTimeout(goOn, PATIENCE)
}

function goOn() {
  sender.busy = false
  if (sender.asked < sender.sent) send()
}

function arrived() {
  clearTimeout(sender.timer)
  goOn()
  if (!sender.busy && sender.unseen.size) sender.timer = setTimeout(() => tellPage(unseenFields(), sender.sent), SETTLED)
}

const unseenFields = () => Object.fromEntries([...sender.unseen].map(([field, { value }]) => [field, value]))

// Rows are made once and then updated in place: focus, and the hand on a slider, stay where they are.
function draw() {
  const rows = slim ? chips() : sections.flatMap((section) => [{ kind: "title", field: section.title, label: section.title }, ...section.rows])
  const there = new Map([...root.children].map((element) => [element.dataset.row, element]))
  const wanted = rows.map((row) => there.get(nameOf(row)) ?? makeRow(row))
  wanted.forEach((element, place) => {
    if (root.children[place] !== element) root.insertBefore(element, root.children[place] ?? null)
  })
  while (root.children.length > wanted.length) root.lastChild.remove()
  let title = ""
  rows.forEach((row, place) => {
    const element = wanted[place]
    if (row.kind === "title") {
      title = row.label
      return
    }
    element.title = row.help ?? ""
    KINDS[row.kind].update(element, row, title)
    if (element.dataset.bad !== "1") complain(element, row.error)
  })
}

// while the page is presented: the sizes of the data and the network alone
function chips() {
  const rows = sections.flatMap((section) => section.rows)
  const sizes = rows.filter((row) => row.kind === "size" && SLIM.includes(row.letter))
  return sizes.sort((a, b) => SLIM.indexOf(a.letter) - SLIM.indexOf(b.letter)).map((row) => ({ ...row, kind: "chip" }))
}

const nameOf = (row) => `${row.kind}:${row.field}:${(row.options ?? []).flat()}`
const isBusy = (field) => sender.unseen.has(field)

function makeRow(row) {
  const element = document.createElement("div")
  element.className = `row ${row.kind}`
  element.dataset.row = nameOf(row)
  if (row.kind === "title") {
    element.setAttribute("role", "heading")
    element.setAttribute("aria-level", "3")
    element.textContent = row.label
    return element
  }
  element.innerHTML = `${KINDS[row.kind].html(row)}<p class="error" role="alert"></p>`
  return element
}

function complain(element, text) {
  element.querySelector(".error").textContent = text ?? ""
  element.classList.toggle("wrong", Boolean(text))
}

function options(select, row) {
  select.replaceChildren(...row.options.map(([value, label]) => new Option(label, value)))
}

const KINDS = {
  size: {
    html: ({ field }) => `<label for="size-${field}"><b></b><span class="name"></span></label>
      <input type="number" inputmode="numeric" step="1" id="size-${field}"><input type="range" step="1">`,
    update(element, row) {
      const [number, range] = element.querySelectorAll("input")
      element.style.setProperty("--c", `var(--${row.letter})`)
      element.querySelector("b").textContent = row.letter
      element.querySelector(".name").textContent = row.name
      number.setAttribute("aria-label", `${row.letter}, ${row.name}`)
      range.setAttribute("aria-label", `${row.letter}, ${row.name}, slider`)
      number.min = range.min = row.min
      range.max = row.max
      if (!isBusy(row.field) && element.dataset.bad !== "1") {
        if (number.value !== String(row.value)) number.value = row.value
        range.value = Math.min(row.value, row.max)
      }
      range.oninput = () => {
        delete element.dataset.bad
        number.value = range.value
        set(row.field, Number(range.value))
      }
      number.oninput = () => readNumber(element, row, number, (value) => { range.value = Math.min(value, row.max) })
      number.onblur = () => forgive(element, row, number)
    },
  },
  chip: {
    html: ({ field }) => `<label for="chip-${field}"><b></b></label><button type="button" class="less">−</button>
      <input type="number" inputmode="numeric" step="1" id="chip-${field}"><button type="button" class="more">+</button>`,
    update(element, row) {
      const number = element.querySelector("input")
      const [less, more] = element.querySelectorAll("button")
      element.style.setProperty("--c", `var(--${row.letter})`)
      element.querySelector("b").textContent = row.letter
      element.title = row.name
      number.setAttribute("aria-label", `${row.letter}, ${row.name}`)
      number.min = row.min
      number.max = row.limit
      if (!isBusy(row.field) && element.dataset.bad !== "1" && number.value !== String(row.value)) number.value = row.value
      number.oninput = () => readNumber(element, row, number, () => {})
      number.onblur = () => forgive(element, row, number)
      for (const [button, way, word] of [[less, -1, "less"], [more, 1, "more"]]) {
        button.setAttribute("aria-label", `${row.name}: one ${word}`)
        button.onclick = () => {
          const value = Number(number.value) + way
          if (value < row.min || value > row.limit) return
          number.value = value
          readNumber(element, row, number, () => {})
        }
      }
    },
  },
  number: {
    html: ({ field }) => `<label for="number-${field}"><span class="name"></span></label>
      <input type="number" inputmode="numeric" step="1" id="number-${field}">`,
    update(element, row) {
      const number = element.querySelector("input")
      element.querySelector(".name").textContent = row.label
      number.min = row.min
      if (!isBusy(row.field) && element.dataset.bad !== "1" && number.value !== String(row.value)) number.value = row.value
      number.oninput = () => readNumber(element, row, number, () => {})
      number.onblur = () => forgive(element, row, number)
    },
  },
  slide: {
    html: ({ field }) => `<label for="slide-${field}"><span class="name"></span><output></output></label>
      <input type="range" id="slide-${field}">`,
    update(element, row) {
      const range = element.querySelector("input")
      Object.assign(range, { min: row.min, max: row.max, step: row.step })
      element.querySelector(".name").textContent = row.label
      if (!isBusy(row.field)) range.value = row.value
      element.querySelector("output").textContent = range.value
      range.oninput = () => {
        element.querySelector("output").textContent = range.value
        set(row.field, Number(range.value))
      }
    },
  },
  choice: {
    html: ({ field, label, options }) => `<span class="name" id="choice-${field}">${label}</span>
      <div class="pieces" role="radiogroup" aria-labelledby="choice-${field}">${options.map(([value, text]) =>
        `<label><input type="radio" name="${field}" value="${value}"><span>${text}</span></label>`).join("")}</div>`,
    update(element, row) {
      for (const input of element.querySelectorAll("input")) {
        if (!isBusy(row.field)) input.checked = input.value === row.value
        input.onchange = () => set(row.field, input.value)
      }
    },
  },
  select: {
    html: ({ field }) => `<label for="select-${field}"><span class="name"></span></label><select id="select-${field}"></select>`,
    update(element, row, title) {
      const select = element.querySelector("select")
      element.querySelector(".name").textContent = row.label
      if (!row.label) select.setAttribute("aria-label", title)
      if (select.options.length === 0) options(select, row)
      if (!isBusy(row.field)) select.value = row.value
      select.onchange = () => set(row.field, select.value)
    },
  },
  switch: {
    html: ({ field }) => `<label><input type="checkbox" role="switch" id="switch-${field}"><span class="name"></span></label>`,
    update(element, row) {
      const box = element.querySelector("input")
      element.querySelector(".name").textContent = row.label
      if (!isBusy(row.field)) box.checked = row.value
      box.onchange = () => set(row.field, box.checked)
    },
  },
  many: {
    html: ({ field, label, options }) => `<span class="name" id="many-${field}">${label}</span>
      <div class="ticks" role="group" aria-labelledby="many-${field}"></div>`,
    update(element, row) {
      const ticks = element.querySelector(".ticks")
      if (ticks.children.length === 0) {
        ticks.replaceChildren(...row.options.map(([value, text]) => {
          const tick = document.createElement("label")
          tick.append(Object.assign(document.createElement("input"), { type: "checkbox", value }))
          tick.append(Object.assign(document.createElement("span"), { textContent: text }))
          return tick
        }))
      }
      const boxes = [...ticks.querySelectorAll("input")]
      for (const box of boxes) {
        if (!isBusy(row.field)) box.checked = row.value.includes(Number(box.value))
        box.onchange = () => set(row.field, boxes.filter((each) => each.checked).map((each) => Number(each.value)))
      }
    },
  },
  note: {
    html: () => "<span></span>",
    update: (element, row) => { element.querySelector("span").textContent = row.label },
  },
}

// What is no number is not sent: it stays as typed, with a word on what is expected.
function readNumber(element, row, number, accept) {
  const value = Number(number.value)
  if (number.value !== "" && Number.isInteger(value) && value >= row.min && value <= row.limit) {
    delete element.dataset.bad
    accept(value)
    set(row.field, value)
    return
  }
  element.dataset.bad = "1"
  const got = number.validity.badInput ? "something else" : number.value === "" ? "nothing" : number.value
  complain(element, `Expected a whole number from ${row.min} to ${row.limit.toLocaleString("en")}, got ${got}.`)
}

function forgive(element, row, number) {
  if (element.dataset.bad !== "1") return
  delete element.dataset.bad
  number.value = row.value
  complain(element, row.error)
}
