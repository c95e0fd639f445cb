// The link holds the place. Streamlit writes the address only when the whole page runs, and a step in a picture needs no
// such run. What is empty, zero or false is not written.
function remember(place) {
  const url = new URL(window.location.href)
  for (const [name, value] of Object.entries(place)) {
    if (value) url.searchParams.set(name, value === true ? "1" : value)
    else url.searchParams.delete(name)
  }
  if (url.href !== window.location.href) history.replaceState(history.state, "", url)
}
