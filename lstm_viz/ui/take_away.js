// The menu. What the server makes is asked for by name and comes back with the next answer; the rest is made here.
const GROUPS = ["Page", "Pictures", "Code", "Tables", "Model"]
const SIGN = "\u25be"
const waiting = new Map()
let open = false

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  followTheme(parentElement)
  const take = parentElement.querySelector(".take")
  if (data.embedded) return showWayOut(take)
  if (!take.firstChild) build(take)
  take.stem = data.stem
  const part = (name) => take.querySelector(`.${name}`)
  const say = (text) => { part("told").textContent = text }
  const ask = (label) => {
    const number = Date.now()
    waiting.set(number, label)
    say(`Making: ${label} …`)
    setStateValue("asked", { number, label })
  }
  part("open").onclick = ({ detail }) => toggle(take, detail === 0, () => {
    if (data.asks) setStateValue("opened", Date.now()) // the settings may have changed since
    fill(part("groups"), data, () => take.stem, ask, say)
  })
  if (data.answer && waiting.has(data.answer.number)) {
    waiting.delete(data.answer.number)
    deliver(data.answer, say)
  }
  return undefined
}

function build(take) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "open", textContent: `Take away ${SIGN}` })
  button.setAttribute("aria-expanded", "false")
  button.setAttribute("aria-haspopup", "true")
  const menu = Object.assign(document.createElement("div"), { className: "menu", popover: "auto" })
  menu.setAttribute("role", "group")
  menu.setAttribute("aria-label", "Take away")
  const groups = Object.assign(document.createElement("div"), { className: "groups" })
  const told = Object.assign(document.createElement("p"), { className: "told" })
  told.setAttribute("role", "status")
  menu.append(groups, told)
  menu.addEventListener("toggle", (event) => {
    open = event.newState === "open"
    button.setAttribute("aria-expanded", String(open))
  })
  menu.onkeydown = (event) => {
    if (event.key === "Escape") button.focus()
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const all = [...menu.querySelectorAll("button")]
    const here = all.indexOf(menu.getRootNode().activeElement)
    all[(here + step + all.length) % all.length].focus()
  }
  // a click on the button closes an open menu before it is a click
  button.onpointerdown = () => { button.dataset.wasOpen = String(open) }
  take.append(button, menu)
}

function toggle(take, byKey, fillIt) {
  const [button, menu] = [take.querySelector(".open"), take.querySelector(".menu")]
  const wasOpen = open || button.dataset.wasOpen === "true"
  delete button.dataset.wasOpen
  if (wasOpen) return menu.matches(":popover-open") && menu.hidePopover()
  take.querySelector(".told").textContent = ""
  fillIt()
  menu.showPopover()
  const box = button.getBoundingClientRect()
  menu.style.top = `${box.bottom + 6}px`
  menu.style.right = `${Math.max(8, document.documentElement.clientWidth - box.right)}px`
  return menu.querySelector("button")?.focus({ focusVisible: byKey })
}

function fill(place, data, stem, ask, say) {
  const groups = new Map(GROUPS.map((name) => [name, []]))
  const pictures = picturesIn(document.querySelector("[data-testid=stMain]"))
  const first = pictures.findIndex(({ chart }) => !chart)
  pictures.forEach((picture, number) => {
    const name = () => (number === first ? stem() : `${stem()}-${slug(picture.label)}`)
    groups.get("Pictures").push(row(picture.label, {
      SVG: () => attempt(say, `${name()}.svg`, () => new Blob([svgText(still(picture))], { type: "image/svg+xml" })),
      "PNG, 2×": () => attempt(say, `${name()}.png`, () => png(still(picture))),
    }))
  })
  const copy = (label, text) => item(label, (button) => copyText(text(), place).then(() => say(`${button.textContent}: copied.`)))
  groups.get("Page").push(copy("Copy link", () => window.location.href), copy("Copy code to embed", embedCode))
  for (const { label, group } of data.files) groups.get(group).push(item(label, () => ask(label)))
  place.replaceChildren(...[...groups].filter(([, items]) => items.length).map(([name, items]) => {
    const section = document.createElement("section")
    section.append(Object.assign(document.createElement("h2"), { textContent: name }), ...items)
    return section
  }))
}

function item(label, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label })
  button.onclick = () => act(button)
  return button
}

function row(label, acts) {
  const line = Object.assign(document.createElement("div"), { className: "row" })
  line.append(Object.assign(document.createElement("span"), { textContent: label, title: label }))
  for (const [name, act] of Object.entries(acts)) {
    const button = item(name, act)
    button.setAttribute("aria-label", `${label}, ${name}`)
    line.append(button)
  }
  return line
}

async function attempt(say, name, make) {
  try {
    save(await make(), name)
    say(`Saved: ${name}`)
  } catch (error) {
    say(`${name} could not be made: ${error.message}.`)
  }
}

function deliver({ name, kind, base64, error }, say) {
  if (error) return say(error)
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  return attempt(say, name, () => new Blob([kind === "text/html" ? completed(new TextDecoder().decode(bytes)) : bytes], { type: kind }))
}

function save(blob, name) {
  const url = URL.createObjectURL(blob)
  Object.assign(document.createElement("a"), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function slug(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "picture"
}

function embedCode() {
  const url = new URL(window.location.href)
  url.searchParams.set("embed", "true")
  const address = url.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;")
  return `<iframe src="${address}" title="LSTM Shapes" width="100%" height="640" style="border:0" loading="lazy"></iframe>`
}

function showWayOut(take) {
  if (take.firstChild) return
  const link = Object.assign(document.createElement("a"), { className: "out", target: "_blank", rel: "noopener", textContent: "Open in LSTM Shapes \u2197" })
  const point = () => {
    const url = new URL(window.location.href)
    url.searchParams.delete("embed")
    url.searchParams.delete("embed_options")
    link.href = url.href
  }
  point()
  link.onpointerenter = link.onfocus = link.onpointerdown = point
  take.append(link)
}
