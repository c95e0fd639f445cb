// The presenter's browser says where it is, whenever that changes; a follower's asks, and waits for an answer.
const LOOKS_EVERY = 200
const SIGN_OF_LIFE = 15000
const AGAIN_AFTER = 1500
const KEPT = "lstm-room"
let running = []

export default function ({ data: bytes, parentElement, setTriggerValue }) {
  const data = given(bytes)
  followTheme(parentElement)
  const tell = (name, more = {}) => setTriggerValue("act", { name, ...more, at: Date.now() })
  drawBanner(parentElement.querySelector(".room"), data, tell)
  running.forEach((end) => end()) // Streamlit calls what is returned below when the page goes, not at an update
  const own = (running = [])
  if (data.mine) own.push(publish(data))
  else resume(tell)
  if (data.following) own.push(listen(data, tell), watchOwnWay(data, tell))
  return () => own.forEach((end) => end())
}

function publish({ route, header, mine }) {
  tabStore()?.setItem(KEPT, JSON.stringify(mine))
  let said = null
  let at = 0
  let busy = false
  const look = async () => {
    const now = window.location.pathname + window.location.search
    if (busy || (now === said && Date.now() - at < SIGN_OF_LIFE)) return
    busy = true
    const body = JSON.stringify({ page: window.location.pathname, query: window.location.search })
    try {
      const answer = await fetch(`${route}/${mine.code}`, { method: "POST", headers: { [header]: mine.secret }, body })
      if (answer.ok) [said, at] = [now, Date.now()]
    } catch {
      // no connection: said again at the next look
    }
    busy = false
  }
  look()
  const timer = setInterval(look, LOOKS_EVERY)
  return () => clearInterval(timer)
}

// a reload begins a new session; the room is the same
function resume(tell) {
  const kept = tabStore()?.getItem(KEPT)
  if (!kept) return
  tabStore()?.removeItem(KEPT)
  tell("resume", JSON.parse(kept))
}

function listen({ route, following, taken }, tell) {
  const own = new AbortController()
  const ask = async () => {
    while (!own.signal.aborted) {
      try {
        const answer = await fetch(`${route}/${following}?since=${taken}`, { signal: own.signal })
        const now = await answer.json()
        if (own.signal.aborted) return
        if (!now.unknown && !now.over && now.live && now.number === taken) continue
        tell("changed", { number: now.number ?? -1 }) // said again where a run that was under way has swallowed it
      } catch {
        if (own.signal.aborted) return
      }
      await new Promise((go) => setTimeout(go, AGAIN_AFTER))
    }
  }
  ask()
  return () => own.abort()
}

// steps are taken without a run of the page: only the address tells of them
function watchOwnWay({ query, taken }, tell) {
  if (taken < 0) return () => {}
  const page = window.location.pathname
  let different = 0
  const timer = setInterval(() => {
    const same = window.location.pathname !== page || sorted(window.location.search) === sorted(query)
    different = same ? 0 : different + 1
    if (different < 3) return
    different = -AGAIN_AFTER / LOOKS_EVERY // said again where a run that was under way has swallowed it
    tell("touched")
  }, LOOKS_EVERY)
  return () => clearInterval(timer)
}

function sorted(search) {
  const entries = new URLSearchParams(search)
  entries.sort()
  return entries.toString()
}

function drawBanner(banner, { following, said }, tell) {
  banner.hidden = !following && !said
  const text = following ? `Following ${following}` : said
  const button = Object.assign(document.createElement("button"), { type: "button" })
  button.textContent = following ? "Stop following" : "Close"
  button.onclick = () => tell(following ? "stop" : "close")
  banner.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }), button)
}
