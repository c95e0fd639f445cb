// Present (P, Escape), and the panel that takes the room along.
const MARKS = {
  present: "M2 3h16M3 3v10h14V3M10 13v4M6.5 17.5h7",
  leave: "M5 5l10 10M15 5L5 15",
  room: "M3 3h5v5H3zM12 3h5v5h-5zM3 12h5v5H3zM12 12h2v2h-2zM15 15h2v2h-2zM12 17h2M17 12v1",
}
const SETTLED = 300
const GAP = 16 // Streamlit lets the last name stand out by some 7 px
let act = null
let panel = null
let isPresenting = false
let joins = false
let again = 0
let moved = 0
let tellSize = () => {}

export default function ({ data: bytes, parentElement, setTriggerValue, setStateValue }) {
  const data = given(bytes)
  followTheme(parentElement)
  act = (name, more = {}) => setTriggerValue("act", { name, ...more, at: Date.now() })
  isPresenting = data.presenting
  tellSize = () => tellType(data, setStateValue)
  tellSize()
  panel = parentElement.querySelector(".behind")
  drawButtons(parentElement.querySelector(".buttons"), data)
  keepClear(document.querySelector(".st-key-toolbar"))
  panel.onclick = (event) => { if (event.target === panel) close() }
  if (joins && !data.refused) close()
  joins = false
  if (!panel.hidden) drawPanel(data)
  window.addEventListener("keydown", onKey)
  window.addEventListener("resize", onResize)
  const leaveScreens = data.presenting ? fillScreens() : () => {}
  return () => {
    leaveScreens()
    window.removeEventListener("keydown", onKey)
    window.removeEventListener("resize", onResize)
  }
}

// the window goes to the projector while its page is presented
function onResize() {
  clearTimeout(moved)
  moved = setTimeout(tellSize, SETTLED)
}

// The navigation ends where the toolbar begins, however much stands in it
function keepClear(toolbar) {
  if (!toolbar || toolbar.keepsClear) return
  toolbar.keepsClear = new ResizeObserver(() => {
    const width = Math.ceil(window.innerWidth - toolbar.getBoundingClientRect().left) + GAP
    if (toolbar.isConnected && !isPresenting) document.documentElement.style.setProperty("--lv-toolbar", `${width}px`)
  })
  toolbar.keepsClear.observe(toolbar)
}

// Charts are drawn by the server, which knows nothing of the screen: 13 px are 20 at 1920
function tellType({ presenting, type }, setStateValue) {
  const wide = [[3000, 2.6], [2200, 2.1], [1500, 1.6], [1000, 1.1]].find(([width]) => window.innerWidth >= width)
  const wanted = wide?.[1] ?? 1
  if (presenting && wanted !== type) setStateValue("type", wanted)
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return
  if (panel && !panel.hidden) return inPanel(event)
  const target = event.composedPath()[0]
  const busy = document.querySelector("[role=dialog], [data-baseweb=popover]")
  if (busy || (target instanceof Element && target.closest("textarea, select, [contenteditable=true], [role=combobox]"))) return
  const typing = target instanceof HTMLInputElement && !["range", "checkbox", "radio", "button"].includes(target.type)
  if (event.key === "Escape" && isPresenting) present(false)
  if (event.key.toLowerCase() === "p" && !typing) present(!isPresenting)
}

// said again where a run that was under way has swallowed it
function present(on) {
  clearTimeout(again)
  act("present", { on })
  again = setTimeout(() => { if (isPresenting !== on) act("present", { on }) }, 1500)
}

// While the panel is open Tab stays in it, and Escape leaves it.
function inPanel(event) {
  if (event.key === "Escape") return close()
  if (event.key !== "Tab") return undefined
  const all = [...panel.querySelectorAll("button, input, a[href]")].filter((each) => !each.disabled)
  const here = all.indexOf(panel.getRootNode().activeElement)
  const ends = event.shiftKey ? here <= 0 : here === -1 || here === all.length - 1
  if (!ends) return undefined
  event.preventDefault()
  return all.at(event.shiftKey ? -1 : 0).focus()
}

function drawButtons(bar, data) {
  const made = [
    button("room", "Room", "Take the room along: QR code, short link, following", () => open(data)),
    data.presenting
      ? button("leave", "Leave", "Leave the presentation (P or Escape)", () => present(false))
      : button("present", "Present", "Present this page (P)", () => present(true)),
  ]
  if (data.presenting) made.unshift(pageChoice(data))
  if (data.presenting && data.room) made.unshift(joinWords(data.room.link))
  bar.classList.toggle("presenting", data.presenting)
  const focused = bar.getRootNode().activeElement?.className
  bar.replaceChildren(...made)
  if (focused) bar.querySelector(`.${focused}`)?.focus({ preventScroll: true })
}

function joinWords(link) {
  const [host, code] = shortened(link).split(/(?<=\/j\/)/)
  const made = text("span", "", "join")
  made.append(text("span", host, "host"), code)
  return made
}

// The page that is shown stands there with its tabs, whose own row is not for the room
function pageChoice({ page, pages, tabs, tab }) {
  const select = Object.assign(document.createElement("select"), { className: "page", title: "Page" })
  select.setAttribute("aria-label", "Page")
  const parts = Object.assign(document.createElement("optgroup"), { label: page })
  parts.append(...Object.entries(tabs).map(([word, label]) => new Option(label, word, word === tab, word === tab)))
  const option = (title) => new Option(title, title, title === page, title === page)
  select.append(...pages.map((title) => (title === page && parts.children.length ? parts : option(title))))
  select.onchange = () => {
    const { value, parentElement } = select.selectedOptions[0]
    if (parentElement === parts) act("tab", { word: value })
    else act("page", { title: value })
  }
  return select
}

function open(data) {
  panel.hidden = false
  drawPanel(data)
  panel.querySelector("button, input")?.focus()
  if (!data.room && !data.following && data.presenting) act("open")
}

function close() {
  panel.hidden = true
  panel.getRootNode().querySelector(".buttons .room")?.focus()
}

function drawPanel({ room, following, refused }) {
  const section = panel.querySelector(".panel")
  const focused = panel.getRootNode().activeElement?.dataset?.name
  const done = Object.assign(text("button", "Close", "close"), { type: "button", onclick: close })
  done.dataset.name = "close"
  const parts = room ? ownRoom(room) : opening(following)
  if (refused) parts.push(Object.assign(text("p", refused, "refused"), { role: "alert" }))
  section.replaceChildren(done, ...parts, ...(following || room ? [] : [joining()]))
  if (focused) section.querySelector(`[data-name="${focused}"]`)?.focus()
}

function ownRoom(room) {
  const qr = document.createElement("div")
  qr.className = "qr"
  qr.innerHTML = room.qr
  qr.setAttribute("role", "img")
  qr.setAttribute("aria-label", `QR code of ${room.link}`)
  const link = Object.assign(text("a", shortened(room.link), "link"), { href: room.link, target: "_blank" })
  const live = document.createElement("label")
  live.className = "live"
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: room.live })
  box.setAttribute("role", "switch")
  box.dataset.name = "live"
  box.onchange = () => act("live", { on: box.checked })
  live.append(box, text("span", "Let the room follow"))
  const said = room.live
    ? "Phones that open this follow your page, your settings and your steps, until they touch something themselves."
    : "Phones that open this get the page and the settings that you show at that moment."
  const end = Object.assign(text("button", "End the room", "end"), { type: "button", onclick: endRoom })
  end.dataset.name = "end"
  return [qr, link, live, text("p", said, "said"), ...(room.reach ? [text("p", room.reach, "reach")] : []), end]
}

function endRoom() {
  tabStore()?.removeItem("lstm-room")
  act("end")
  close()
}

function opening(following) {
  const label = following ? "Open a room of your own" : "Open a room"
  const start = Object.assign(text("button", label, "start"), { type: "button", onclick: () => act("open") })
  start.dataset.name = "start"
  const said = following ? `You follow ${following}, until you open a room of your own or touch something.`
    : "A QR code and a short link bring what you see here to every phone in the room."
  return [text("p", said, "lead"), start]
}

function joining() {
  const form = document.createElement("form")
  const field = Object.assign(document.createElement("input"), { name: "code", maxLength: 12, autocomplete: "off", spellcheck: false })
  field.dataset.name = "code"
  field.placeholder = "AB23C"
  const label = text("label", "Follow a room with its code")
  label.append(field)
  form.append(label, Object.assign(text("button", "Follow", "follow"), { type: "submit" }))
  form.onsubmit = (event) => {
    event.preventDefault()
    joins = true
    act("join", { code: field.value })
  }
  return form
}

const shortened = (link) => link.replace(/^https?:\/\//, "")

function text(tag, content, className = "") {
  return Object.assign(document.createElement(tag), { textContent: content, className })
}

function button(name, label, title, onclick) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: name, title, onclick })
  made.setAttribute("aria-label", title)
  made.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${MARKS[name]}"/></svg>`
  made.append(text("span", label))
  return made
}
