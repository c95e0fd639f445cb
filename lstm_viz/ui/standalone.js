// The server's page without what only the browser has: the pictures on the screen, and the address.
function completed(text) {
  const page = new DOMParser().parseFromString(text, "text/html")
  for (const place of page.querySelectorAll("[data-on-screen]")) {
    const caption = place.querySelector("figcaption")
    const seen = picturesIn(document.querySelector(`.st-key-${CSS.escape(place.dataset.onScreen)}`))
    for (const picture of seen) caption.before(page.adoptNode(inPage(picture, place.dataset.onScreen)))
    if (!seen.length) caption.textContent += " (not on the screen when this was saved)"
    place.removeAttribute("data-on-screen")
  }
  const link = page.querySelector("[data-link]")
  const anchor = Object.assign(page.createElement("a"), { href: window.location.href, textContent: window.location.href })
  link.replaceChildren("Open it with the same settings: ", anchor)
  link.removeAttribute("data-link")
  return `<!DOCTYPE html>\n${page.documentElement.outerHTML}\n`
}

// A drawing of ours brings its own rules, and follows the reader's light or dark; all else stays as it was seen.
function inPage(picture, key) {
  if (!picture.element.classList.contains("lv")) return named(still(picture), key)
  const copy = picture.element.cloneNode(true)
  const size = picture.element.viewBox.baseVal.width * 1.35
  for (const name of ["data-theme", "data-lit", "data-stage", "tabindex", "style"]) copy.removeAttribute(name)
  for (const each of copy.querySelectorAll("[tabindex], [role=button]")) {
    for (const name of ["tabindex", "role", "aria-pressed"]) each.removeAttribute(name)
  }
  copy.style.maxWidth = `min(100%, ${Math.round(size)}px)`
  return copy
}

let copies = 0

// Two pictures of one page must not share the names of their clips.
function named(root, key) {
  copies += 1
  for (const element of root.querySelectorAll("[id]")) {
    const [before, after] = [element.id, `${key}-${copies}-${element.id}`]
    element.id = after
    for (const user of root.querySelectorAll("[clip-path], [fill], [stroke], [mask], [filter]")) {
      for (const attribute of user.attributes) {
        if (attribute.value.replaceAll(/["']/g, "") === `url(#${before})`) attribute.value = `url(#${after})`
      }
    }
  }
  return root
}
