// Streamlit's theme decides between the two palettes: its background is dark or it is not.
function followTheme(parentElement) {
  const host = parentElement.host
  const colour = getComputedStyle(host).getPropertyValue("--st-background-color").trim()
  const [r, g, b] = colour.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number)
  const theme = 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light"
  host.dataset.theme = theme
  host.toggleAttribute("data-room", isPresented())
  keepLegible(host)
  return theme
}

// ---- on a projector: the page's style says so, see ui/presentation.py
function isPresented() {
  return getComputedStyle(document.documentElement).getPropertyValue("--lv-present").trim() === "1"
}

const isPhone = () => window.innerWidth <= 640
const isInRoom = () => isPresented() && !isPhone()

// How large a drawing is: as its component says, or as large as the screen allows, above what stands below it.
function fitToScreen(svg, maxWidth, maxHeight, below = null) {
  svg.free = { maxWidth, maxHeight, below }
  fit(svg)
}

function fit(svg) {
  if (!svg.free) return
  const { maxWidth, maxHeight, below } = svg.free
  const inRoom = isInRoom()
  crop(svg, inRoom)
  if (inRoom) {
    const scrolled = svg.getRootNode().host?.closest("[data-testid=stMain]")?.scrollTop ?? 0
    const top = svg.parentElement.getBoundingClientRect().top + scrolled
    const room = `${Math.round(top + (below?.offsetHeight ?? 0))}px`
    Object.assign(svg.style, { maxWidth: "", maxHeight: `max(8rem, calc(100vh - ${room} - var(--lv-bar) - 0.6rem))` })
  } else Object.assign(svg.style, { maxWidth, maxHeight })
}

// On a projector the legend of a drawing stands below it as text of the page: see ui/dependency_map.py
function crop(svg, inRoom) {
  const { withoutLegend } = svg.dataset
  if (!withoutLegend) return
  svg.whole ??= svg.getAttribute("viewBox")
  svg.setAttribute("viewBox", inRoom ? withoutLegend : svg.whole)
}

// A drawing that is scaled to the screen scales its words; those that became too small grow again.
function keepLegible(host) {
  if (host.keepsLegible) return host.keepsLegible()
  const root = host.shadowRoot
  let waits = 0
  const now = () => {
    host.toggleAttribute("data-room", isPresented())
    for (const svg of root.querySelectorAll("svg")) {
      fit(svg)
      legible(svg)
    }
  }
  const soon = () => {
    cancelAnimationFrame(waits)
    waits = requestAnimationFrame(now)
  }
  new ResizeObserver(soon).observe(host)
  new MutationObserver(now).observe(root, { childList: true, subtree: true }) // before it is painted small
  window.addEventListener("resize", soon)
  host.keepsLegible = soon
  soon()
}

// 20 px at 1920
const leastType = () => Math.max(10.5, window.innerWidth / 95.5)

function legible(svg) {
  const words = [...svg.querySelectorAll("text, tspan")]
  for (const word of words) if (word.grown) [word.style.fontSize, word.grown] = ["", false]
  const scale = isInRoom() && svg.getScreenCTM()?.a
  if (!scale) return
  const least = leastType() / scale
  const small = words.filter((word) => parseFloat(getComputedStyle(word).fontSize) < least)
  for (const word of small) [word.style.fontSize, word.grown] = [`${least}px`, true]
}

// What a tab keeps over a reload; in a frame of another site a browser may refuse it.
function tabStore() {
  try {
    return window.sessionStorage
  } catch {
    return null
  }
}

// Copies a text and says whether it could. navigator.clipboard is there on https and localhost only; a workshop's server is
// neither. The field stands in place for a moment: outside of an open menu it would close that.
async function copyText(text, place = document.body) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text })
    place.append(field)
    field.select()
    const copied = document.execCommand("copy")
    field.remove()
    return copied
  }
}
