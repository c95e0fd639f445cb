// On a projector words that stand alone grow until they fill their screen (ui/slides.py); what is drawn fits itself.
const ZOOMS = [1.8, 1.65, 1.5, 1.4, 1.3, 1.2, 1.1, 1]
const DRAWN = ".stPlotlyChart, canvas, [data-testid=stBidiComponentIsolated]"

function fillScreens() {
  let waits = 0
  const soon = () => {
    cancelAnimationFrame(waits)
    waits = requestAnimationFrame(fillScreen)
  }
  const observer = new MutationObserver(soon)
  observer.observe(document.querySelector("[data-testid=stMain]"), { childList: true, characterData: true, subtree: true })
  window.addEventListener("resize", soon)
  soon()
  return () => {
    observer.disconnect()
    window.removeEventListener("resize", soon)
  }
}

function fillScreen() {
  const screen = document.querySelector("[class*=st-key-screen_]")
  if (!screen?.lastElementChild) return
  const scrolled = document.querySelector("[data-testid=stMain]").scrollTop
  screen.style.setProperty("--lv-above", `calc(${Math.ceil(screen.getBoundingClientRect().top + scrolled)}px + 0.9rem)`)
  const zooms = screen.querySelector(DRAWN) || isPhone() ? [1] : ZOOMS
  const fits = (zoom) => {
    screen.style.setProperty("--lv-zoom", zoom)
    const bottom = Math.max(...[...screen.querySelectorAll(".stElementContainer")].map((each) => each.getBoundingClientRect().bottom))
    const wide = [...screen.querySelectorAll("pre, .lv-wide")].some((each) => each.scrollWidth > each.clientWidth + 1)
    return bottom < barTop() - 8 && !wide
  }
  zooms.find((zoom) => fits(zoom) || zoom === 1)
}

const barTop = () => document.querySelector(".st-key-toolbar").getBoundingClientRect().top
