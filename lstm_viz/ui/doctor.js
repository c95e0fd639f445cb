// The doctor: answers follow what is pasted, without a button.
const PAUSE = 250
const wired = new WeakMap()

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes)
  followTheme(parentElement)
  const root = parentElement.querySelector(".doctor")
  const state = wired.get(root) ?? wire(root)
  Object.assign(state, { data, say: setStateValue })
  const own = root.querySelector(".own")
  own.querySelector("span").textContent = data.network
  root.classList.toggle("own", own.querySelector("input").checked)
  const answers = root.querySelector(".answers")
  if (answers.source !== data.answers) {
    answers.source = data.answers
    answers.innerHTML = data.answers
  }
  root.querySelector(".examples").hidden = root.querySelector(".message").value.trim() !== ""
  const turn = (way) => turnAnswers(root, way, turn)
  turn(0)
  const key = pageKey(turn)
  state.forget?.() // what is returned below is called when the page goes, not at an update
  window.addEventListener("keydown", key)
  state.forget = () => window.removeEventListener("keydown", key)
  return state.forget
}

// On a projector: what is asked, with what the answers are called; then each answer by itself.
function turnAnswers(root, way, turn) {
  const answers = [...root.querySelectorAll(".answer")]
  const count = isInRoom() ? answers.length + 1 : 1
  const place = Math.min(Math.max(Number(root.dataset.place ?? 0) + way, 0), count - 1)
  root.dataset.place = place
  answers.forEach((answer, at) => answer.classList.toggle("now", at === place - 1))
  sayPart(root, place, count, turn)
  return count > 1
}

function wire(root) {
  const state = {}
  wired.set(root, state)
  let timer = null
  const tell = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      root.querySelector(".examples").hidden = root.querySelector(".message").value.trim() !== ""
      state.say("pasted", {
        message: root.querySelector(".message").value,
        code: root.querySelector(".code").value,
        sizes: root.querySelector(".sizes").value,
        network: root.querySelector(".own input").checked,
      })
    }, PAUSE)
  }
  root.addEventListener("input", tell)
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("button")
    if (!button) return
    if (button.dataset.example) {
      root.querySelector(".message").value = button.dataset.example
      tell()
    } else if (button.dataset.pitfall) state.say("opened", { key: button.dataset.pitfall, at: Date.now() })
    else if (button.matches(".clear")) {
      for (const field of root.querySelectorAll("textarea, input.sizes")) field.value = ""
      tell()
    } else if (button.matches(".copy")) {
      const done = await copyText(button.parentElement.querySelector("pre").textContent)
      button.textContent = done ? "Copied" : "The browser does not allow it"
      setTimeout(() => (button.textContent = "Copy"), 1400)
    }
  })
  return state
}
