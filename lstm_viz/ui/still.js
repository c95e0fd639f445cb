// A drawing of the page as a file of its own: every colour and font that the page's rules gave it is written into it.
const SVG = "http://www.w3.org/2000/svg"
const INHERITED = ["fill", "fill-opacity", "fill-rule", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray",
  "stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "font-style", "text-anchor",
  "dominant-baseline", "paint-order", "visibility"]
const OWN = { opacity: "1", "stop-color": "rgb(0, 0, 0)", "vector-effect": "none", "text-decoration-line": "none" }
const OF_POINTER = ".hoverlayer, .draglayer, .zoomlayer, .selectionlayer, .cross, .picking, .hit"

// The pictures that the visitor sees: drawings, and charts with all of their layers.
function picturesIn(root) {
  const found = []
  const look = (element) => {
    if (element.matches?.(".st-key-toolbar, button, [data-testid=stIconMaterial]")) return
    if (element.matches?.(".js-plotly-plot")) {
      const figure = element.closest("[role=figure]")
      found.push({ element, label: figure?.getAttribute("aria-label") || "Chart", chart: true })
      return
    }
    if (element.localName === "svg") {
      const box = element.getBoundingClientRect()
      if (box.width < 100 || box.height < 60) return
      found.push({ element, label: (element.getAttribute("aria-label") || "Diagram").split(":")[0], chart: false })
      return
    }
    for (const child of [...(element.shadowRoot?.children ?? []), ...element.children]) look(child)
  }
  if (root) look(root)
  return found.filter(({ element }) => element.checkVisibility?.() ?? element.getClientRects().length > 0)
}

function still({ element, label, chart }) {
  return chart ? stillChart(element, label) : stillDrawing(element, label)
}

function stillDrawing(svg, label) {
  const box = svg.viewBox.baseVal
  const sizes = box && box.width ? [box.x, box.y, box.width, box.height] : [0, 0, svg.clientWidth, svg.clientHeight]
  const copy = frozen(svg)
  for (const name of ["tabindex", "viewBox", "preserveAspectRatio"]) copy.removeAttribute(name)
  return framed(copy, sizes, label)
}

function stillChart(plot, label) {
  const group = document.createElementNS(SVG, "g")
  const layers = [...plot.querySelectorAll("svg.main-svg")].filter((layer) => !layer.closest(".modebar"))
  for (const layer of layers) group.append(frozen(layer))
  return framed(group, [0, 0, plot.clientWidth, plot.clientHeight], label)
}

// On the page's own paper, since the colours were chosen for it.
function framed(content, [x, y, width, height], label) {
  const root = document.createElementNS(SVG, "svg")
  const whole = (number) => Math.round(number * 100) / 100
  const attributes = { viewBox: [x, y, width, height].map(whole).join(" "), width: whole(width), height: whole(height), role: "img" }
  for (const [name, value] of Object.entries(attributes)) root.setAttribute(name, value)
  root.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: label }))
  const paper = document.createElementNS(SVG, "rect")
  for (const [name, value] of Object.entries({ x, y, width, height })) paper.setAttribute(name, whole(value))
  paint(paper, "fill", getComputedStyle(document.querySelector(".stApp") ?? document.body).backgroundColor)
  root.append(paper)
  if (content.localName === "svg") {
    for (const [name, value] of Object.entries({ x, y, width, height })) content.setAttribute(name, whole(value))
    content.setAttribute("viewBox", root.getAttribute("viewBox"))
  }
  root.append(content)
  return root
}

function frozen(svg) {
  const copy = svg.cloneNode(true)
  const pairs = [...svg.querySelectorAll("*")]
  const copies = [...copy.querySelectorAll("*")]
  const gone = []
  freeze(svg, copy, null)
  pairs.forEach((each, place) => {
    const to = copies[place]
    const style = getComputedStyle(each)
    if (each.localName === "style" || each.matches(OF_POINTER) || (style.display === "none" && each.localName !== "title")) gone.push(to)
    else freeze(each, to, getComputedStyle(each.parentElement))
  })
  for (const each of gone) each.remove()
  return copy
}

function freeze(from, to, parent) {
  const style = getComputedStyle(from)
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name)
    if (!parent || value !== parent.getPropertyValue(name) || from.hasAttribute(name)) paint(to, name, value)
  }
  for (const [name, usual] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name)
    if (value !== usual && value) paint(to, name === "text-decoration-line" ? "text-decoration" : name, value)
  }
  const clip = style.getPropertyValue("clip-path")
  if (clip.startsWith("url(")) to.setAttribute("clip-path", clip.replaceAll('"', ""))
  for (const { name } of [...to.attributes]) {
    if (name === "class" || name === "style" || name.startsWith("data-") || name.startsWith("aria-") || name === "tabindex") to.removeAttribute(name)
  }
}

// Colours as every program reads them: #rrggbb, and an opacity of its own.
function paint(element, name, value) {
  const colour = ["fill", "stroke", "stop-color"].includes(name) && rgba(value)
  if (!colour) return element.setAttribute(name, value.replaceAll('"', "'"))
  const [red, green, blue, alpha] = colour
  if (!alpha && name !== "stop-color") return element.setAttribute(name, "none")
  const hex = [red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")
  element.setAttribute(name, `#${hex}`)
  if (alpha < 1) element.setAttribute(name === "stop-color" ? "stop-opacity" : `${name}-opacity`, alpha)
}

function rgba(value) {
  const numbers = value.match(/-?[\d.]+(e-?\d+)?/g)?.map(Number)
  if (value.startsWith("rgb")) return [...numbers.slice(0, 3), numbers[3] ?? 1]
  if (!value.startsWith("color(srgb")) return null
  return [...numbers.slice(0, 3).map((part) => 255 * part), numbers[3] ?? 1]
}

function svgText(root) {
  const text = new XMLSerializer().serializeToString(root).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "")  // no XML has these
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`
}

// Twice as many pixels as the drawing has: sharp on a slide.
async function png(root) {
  const [width, height] = ["width", "height"].map((name) => Number(root.getAttribute(name)))
  const image = new Image()
  const url = URL.createObjectURL(new Blob([svgText(root)], { type: "image/svg+xml" }))
  try {
    image.src = url
    await image.decode()
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(2 * width), height: Math.round(2 * height) })
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"))
    if (!blob) throw new Error("too large for a PNG")
    return blob
  } finally {
    URL.revokeObjectURL(url)
  }
}
