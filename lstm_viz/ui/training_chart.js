// What the charts of training share: scales, ticks, and long lines made short enough for the pixels there are.
const NS = "http://www.w3.org/2000/svg"

function make(name, attributes = {}, ...children) {
  const element = document.createElementNS(NS, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

function html(name, attributes = {}, ...children) {
  const { dataset, ...rest } = attributes
  const element = Object.assign(document.createElement(name), rest)
  Object.assign(element.dataset, dataset ?? {})
  element.append(...children)
  return element
}

// A number as a person writes it: three digits, no exponent where it can be helped.
function said(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–"
  const size = Math.abs(value)
  if (size >= 1e6 && size < 1e15) return value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: digits }).replace("-", "−")
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(digits - 1).replace("-", "−").replace("e+", "e")
  const rounded = Number(value.toPrecision(digits))
  const text = size >= 10 ** digits ? Math.round(value).toLocaleString("en") : rounded.toLocaleString("en", { maximumFractionDigits: 8 })
  return text.replace("-", "−")
}

function scale(low, high, from, to, logarithmic = false) {
  const [a, b] = logarithmic ? [Math.log(low), Math.log(high)] : [low, high]
  const step = (to - from) / (b - a || 1)
  const there = (value) => from + ((logarithmic ? Math.log(value) : value) - a) * step
  there.back = (place) => (logarithmic ? Math.exp(a + (place - from) / step) : a + (place - from) / step)
  return there
}

function ticks(low, high, most) {
  const rough = (high - low) / Math.max(1, most)
  const unit = 10 ** Math.floor(Math.log10(rough || 1))
  const step = [1, 2, 5, 10].map((each) => each * unit).find((each) => each >= rough) ?? unit
  const found = []
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-6; at += step) found.push(Math.abs(at) < step * 1e-6 ? 0 : at)
  return found
}

function logTicks(low, high, most) {
  const first = Math.floor(Math.log10(low))
  const last = Math.ceil(Math.log10(high))
  const every = [[1], [1, 3], [1, 2, 5]].reverse().find((each) => (last - first) * each.length <= most) ?? [1]
  const stride = Math.max(1, Math.ceil((last - first) / most))
  const found = []
  for (let power = first; power <= last; power += stride) for (const each of every) found.push(each * 10 ** power)
  const inside = found.filter((value) => value >= low && value <= high)
  return inside.length > 1 ? inside : ticks(low, high, most).filter((value) => value > 0)
}

// Of many points only the lowest and the highest of each pixel: the line looks the same.
function line(points, x, y) {
  const parts = []
  let pixel = null
  let kept = []
  const flush = () => {
    for (const [px, py] of kept) parts.push(`${parts.length ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`)
    kept = []
  }
  let gap = false
  for (const [at, value] of points) {
    if (value === null || value === undefined || Number.isNaN(value)) { flush(); gap = true; continue }
    const place = [x(at), y(value)]
    if (!Number.isFinite(place[1])) continue
    const column = Math.round(place[0] * 2)
    if (gap && parts.length) { flush(); parts.push(`M${place[0].toFixed(1)} ${place[1].toFixed(1)}`); gap = false; pixel = column; continue }
    gap = false
    if (column !== pixel) { flush(); pixel = column }
    if (kept.length < 2) kept.push(place)
    else if (place[1] < Math.min(kept[0][1], kept[1][1])) kept[kept[0][1] < kept[1][1] ? 0 : 1] = place
    else if (place[1] > Math.max(kept[0][1], kept[1][1])) kept[kept[0][1] > kept[1][1] ? 0 : 1] = place
  }
  flush()
  return parts.join("")
}

// Labels at the ends of lines, moved apart where they would stand on each other.
function apart(labels, gap, top, bottom) {
  const sorted = [...labels].sort((a, b) => a.y - b.y)
  for (const label of sorted) label.at = Math.min(Math.max(label.y, top), bottom)
  for (let n = 1; n < sorted.length; n++) sorted[n].at = Math.max(sorted[n].at, sorted[n - 1].at + gap)
  for (let n = sorted.length - 1; n >= 0; n--) {
    const most = n === sorted.length - 1 ? bottom : sorted[n + 1].at - gap
    sorted[n].at = Math.min(sorted[n].at, most)
  }
  return sorted
}

function grid(svg, { left, right, top, bottom, x, y, xs, ys, xText, yText }) {
  for (const value of ys) {
    const at = y(value)
    svg.append(make("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }))
    svg.append(make("text", { class: "tick", x: left - 8, y: at + 4.5, "text-anchor": "end" }, yText(value)))
  }
  for (const value of xs) {
    svg.append(make("text", { class: "tick", x: x(value), y: bottom + 19, "text-anchor": "middle" }, xText(value)))
  }
  svg.append(make("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }))
}

function sized(svg, width, height) {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
  svg.setAttribute("width", width)
  svg.setAttribute("height", height)
  svg.replaceChildren()
}

const extent = (values) => values.reduce(([low, high], value) =>
  value === null || !Number.isFinite(value) ? [low, high] : [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity])

// The point nearest to a place on the axis; points ascend.
function nearestTo(points, at) {
  let low = 0
  let high = points.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle][0] < at) low = middle + 1
    else high = middle
  }
  return low > 0 && at - points[low - 1][0] < points[low][0] - at ? points[low - 1] : points[low]
}
