// Streamlit's theme decides between the two palettes: its background is dark or it is not.
function followTheme(parentElement) {
  const host = parentElement.host
  const colour = getComputedStyle(host).getPropertyValue("--st-background-color").trim()
  const [r, g, b] = colour.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number)
  const theme = 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light"
  host.dataset.theme = theme
  return theme
}
