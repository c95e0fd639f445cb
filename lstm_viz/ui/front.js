// The value under the pointer, as the front's own tooltip.
function sayValue(front, event) {
  const { name, index, across, upward, values } = JSON.parse(front.dataset.front)
  const box = front.getBoundingClientRect()
  const scale = front.width.baseVal.value / box.width
  const column = placeAt(across, (event.clientX - box.left) * scale)
  const row = placeAt(upward, (box.bottom - event.clientY) * scale)
  const title = front.querySelector("title") ?? front.appendChild(document.createElementNS(front.namespaceURI, "title"))
  if (across[1][column] === null || upward[1][row] === null) {
    title.textContent = `${name}: places that are not drawn`
    return
  }
  const inside = index.map((part) => ({ i: across[1][column], j: upward[1][row] })[part] ?? 0).join(", ")
  title.textContent = `${name}${index.length ? `[${inside}]` : ""} = ${values[column][row]}`
}

function placeAt([offsets, indices], distance) {
  const place = offsets.findIndex((offset) => offset > distance) - 1
  return place < 0 ? indices.length - 1 : Math.min(place, indices.length - 1)
}
