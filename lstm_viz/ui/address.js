// The address holds the settings. A burst of changes (a drag) is one step back.
const BURST = 1200
let last = 0
let returned = null
let path = null

// going back to another page is Streamlit's: an answer from this one would bring it back here
window.addEventListener("popstate", () => window.location.pathname === path && returned?.())

export default function ({ data: bytes, setStateValue }) {
  const data = given(bytes)
  returned = () => setStateValue("returned", `${window.location.search}#${Date.now()}`)
  const wanted = withView(data.query)
  if (window.location.search !== wanted) {
    const url = window.location.pathname + wanted + window.location.hash
    const now = performance.now()
    const settings = (search) => {
      const entries = new URLSearchParams(search)
      for (const name of data.places ?? []) entries.delete(name)
      return entries.toString()
    }
    const before = new URLSearchParams(window.location.search)
    const after = new URLSearchParams(wanted)
    const decided = (data.decisions ?? []).some((name) => before.get(name) !== after.get(name))
    if (decided && last && path === window.location.pathname) history.pushState({}, "", url)
    else if (settings(window.location.search) === settings(wanted)) history.replaceState({}, "", url)
    else if (last && now - last > BURST && path === window.location.pathname) history.pushState({}, "", url)
    else history.replaceState({}, "", url)
    last = now
  }
  last = last || 1
  path = window.location.pathname
  return () => { returned = null }
}

// how the page is shown is not the server's to say, and Streamlit reads it from the address
function withView(query) {
  const view = new URLSearchParams(window.location.search)
  const kept = new URLSearchParams(query)
  for (const name of ["embed", "embed_options"]) for (const value of view.getAll(name)) kept.append(name, value)
  const added = kept.size > new URLSearchParams(query).size ? kept.toString() : query
  return added ? `?${added}` : ""
}
