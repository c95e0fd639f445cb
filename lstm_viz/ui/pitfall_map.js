// A dependency map with what is said of it below. Python draws it for the room that it has, in steps of so many pixels.
const STEP = 100
const MOST = 1000

export default function ({ data: bytes, parentElement, setStateValue }) {
  const { map, room } = given(bytes)
  const theme = followTheme(parentElement)
  const place = parentElement.querySelector(".map")
  if (place.drawn !== map) place.innerHTML = place.drawn = map
  const svg = place.querySelector("svg")
  if (svg) {
    svg.dataset.theme = theme
    svg.setAttribute("preserveAspectRatio", "xMinYMin meet")
    const below = { get offsetHeight() { return place.offsetHeight - svg.getBoundingClientRect().height } }
    fitToScreen(svg, `${svg.viewBox.baseVal.width}px`, "", below)
  }
  place.room ??= room
  const measure = () => {
    const found = Math.min(Math.floor(place.clientWidth / STEP) * STEP, MOST)
    if (found === 0 || found === place.room) return
    place.room = found
    setStateValue("room", found)
  }
  place.observer?.disconnect() // what is returned below is called when the page goes, not at an update
  place.observer = new ResizeObserver(measure)
  place.observer.observe(place)
  return () => place.observer.disconnect()
}
