// On a projector a long way is shown in parts, of as many lines as are legible; the page keys turn to the next.
function showPart(svg, picture) {
  svg.whole ??= svg.getAttribute("viewBox")
  const [, , asked, height] = svg.whole.split(" ").map(Number)
  svg.reach ??= Math.min(asked, svg.getBBox().width + 36)
  const width = isInRoom() ? svg.reach : asked
  const tops = [...(svg.dataset.lines ?? "0").split(" ").map(Number), height]
  fitToScreen(svg, `${width * 1.35}px`, "")
  return (way) => {
    const parts = isInRoom() ? partsOf(tops, width, picture) : [[0, height]]
    const place = Math.min(Math.max(Number(picture.dataset.part ?? 0) + way, 0), parts.length - 1)
    picture.dataset.part = place
    const [top, bottom] = parts[place]
    const box = `0 ${top} ${width} ${bottom - top}`
    if (svg.getAttribute("viewBox") !== box) svg.setAttribute("viewBox", box)
    svg.getRootNode().host?.keepsLegible?.()
    sayPart(picture, place, parts.length, (other) => showPart(svg, picture)(other))
    return parts.length > 1
  }
}

function partsOf(tops, width, picture) {
  const lines = tops.length - 1
  const [across, down] = [picture.clientWidth, window.innerHeight - picture.getBoundingClientRect().top - 5 * rem()]
  for (let each = lines; each > 0; each -= 1) {
    const parts = []
    for (let first = 0; first < lines; first += each) parts.push([tops[first], tops[Math.min(first + each, lines)]])
    const tallest = Math.max(...parts.map(([top, bottom]) => bottom - top))
    if (each === 1 || Math.min(across / width, down / tallest) > 0.93 * (across / width)) return parts
  }
  return [[0, tops[lines]]]
}

// What Page Up and Page Down do while this is presented, if nothing else has answered them: "turn" says whether it did.
const pageKey = (turn) => (event) => {
  const way = { PageUp: -1, PageDown: 1 }[event.key]
  if (way && isPresented() && !event.defaultPrevented && turn(way)) event.preventDefault()
}

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize)

function sayPart(picture, place, count, turn) {
  let bar = picture.parentElement.querySelector(".parts")
  if (!bar) {
    bar = Object.assign(document.createElement("div"), { className: "parts" })
    picture.before(bar)
  }
  bar.hidden = count < 2
  const button = (text, label, way, off) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, disabled: off })
    made.setAttribute("aria-label", label)
    made.onclick = () => turn(way)
    return made
  }
  const said = `${place} ${count}`
  if (bar.dataset.said === said) return
  bar.dataset.said = said
  bar.replaceChildren(
    button("‹", "The part before (Page Up)", -1, place === 0),
    Object.assign(document.createElement("span"), { textContent: `${place + 1} of ${count}` }),
    button("›", "The next part (Page Down)", 1, place === count - 1),
  )
}
