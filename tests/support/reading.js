// Every visible text of the page, inside components and drawings too: what it says, how tall it is, and its contrast.
() => {
  const SKIPPED = new Set(["STYLE", "SCRIPT", "TITLE", "DESC", "OPTION", "TEMPLATE"])
  const found = []
  const rgb = (colour) => {
    const made = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    made.fillStyle = colour
    made.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = made.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const cache = new Map()
  const known = (colour) => {
    if (!cache.has(colour)) cache.set(colour, rgb(colour))
    return cache.get(colour)
  }
  const over = ([r, g, b, a], below) => [r, g, b].map((part, at) => part * a + below[at] * (1 - a))
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  const parentOf = (node) => node.parentElement ?? node.getRootNode().host ?? null
  const ground = (node) => {
    const layers = []
    for (let at = node; at; at = parentOf(at)) {
      const colour = known(getComputedStyle(at).backgroundColor)
      if (colour[3] > 0) layers.push(colour)
      if (colour[3] === 1) break
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255])
  }
  const within = (box, x, y) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom
  const drawnGround = (node, svg, paper) => {
    const box = node.getBoundingClientRect()
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2]
    const shapes = [...svg.querySelectorAll("rect, circle")].filter((shape) => within(shape.getBoundingClientRect(), x, y)
      && !(node.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_FOLLOWING))
    return shapes.reduce((below, shape) => {
      const style = getComputedStyle(shape)
      if (style.fill === "none" || style.visibility === "hidden") return below
      const [r, g, b, a] = known(style.fill)
      return over([r, g, b, a * Number(style.fillOpacity) * Number(style.opacity)], below)
    }, paper)
  }
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      const text = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join("").trim()
      if (!text || SKIPPED.has(node.tagName.toUpperCase())) continue
      if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
      const box = node.getBoundingClientRect()
      if (box.width < 2 || box.height < 2 || box.right < 0) continue
      const style = getComputedStyle(node)
      const svg = node.ownerSVGElement
      const matrix = svg && node.getScreenCTM()
      const size = parseFloat(style.fontSize) * (matrix ? Math.hypot(matrix.b, matrix.d) : 1)
      const off = node.closest("[disabled], [aria-disabled=true]") !== null
      const paper = ground(svg ?? node)
      const below = svg ? drawnGround(node, svg, paper) : paper
      const ink = over(known(svg ? style.fill : style.color), below)
      const where = `${node.tagName}.${node.getAttribute("class") ?? ""}`
      found.push({ text: text.slice(0, 40), where, size, contrast: off ? null : ratio(ink, below) })
    }
  }
  walk(document)
  return found
}
