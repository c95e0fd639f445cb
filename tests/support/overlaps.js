// The words of drawings that run into each other, as pairs of texts.
() => {
  const svgs = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      if (node.localName === "svg" && node.checkVisibility()) svgs.push(node)
    }
  }
  walk(document)
  // a box without the room above and below its letters; text that is drawn nowhere has no width
  const wordsOf = (svg) => {
    const words = []
    const texts = document.createTreeWalker(svg, NodeFilter.SHOW_TEXT)
    const frame = getComputedStyle(svg).overflow === "visible" ? null : svg.getBoundingClientRect()
    while (texts.nextNode()) {
      const text = texts.currentNode.parentElement.closest("text")
      if (!text || !texts.currentNode.data.trim() || texts.currentNode.parentElement.closest("title")) continue
      if (!text.getBoundingClientRect().width || !text.checkVisibility({ opacityProperty: true })) continue
      const range = document.createRange()
      range.selectNodeContents(texts.currentNode)
      const { left, right, top, bottom, width, height } = range.getBoundingClientRect()
      if (frame && (top > frame.bottom || bottom < frame.top)) continue
      const upright = height > 1.5 * width && texts.currentNode.data.trim().length > 2  // not a single letter
      const [above, below] = upright ? [0, 0] : [0.24 * height, 0.22 * height]
      words.push({ text, said: texts.currentNode.data.trim(), left, right, top: top + above, bottom: bottom - below })
    }
    return words
  }
  const found = []
  for (const svg of svgs) {
    const words = wordsOf(svg)
    words.forEach((one, at) => {
      for (const other of words.slice(at + 1)) {
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left)
        const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)
        if (one.text !== other.text && across > 3 && down > 2) found.push([one.said, other.said])
      }
    })
  }
  return found
}
