// Explains the terms of the page: links to `#term-...`, whose title is the explanation. Data in: [{labels}].
//
// A popover opens on hover, focus and tap. It stays while the pointer is on the term or on itself, closes on Escape
// without moving anything, and its link follows the term in the order of the Tab key.
import { element, focused, write } from "../shared/elements.js"
import { place, readTitle } from "./place.js"

const ID = "term-popover"
const OPEN = 150 // ms that the pointer rests on a term
const CLOSE = 300 // ms in which it can go from the term to the popover
const FIND = 15_000 // ms in which a page that opens has its entries, also on a busy machine

const TERM = 'a[href^="#term-"]'
const PAGE_LINK = "term-page"

/** @type {HTMLAnchorElement | null} */
let term = null // what the popover explains
let pinned = false // by a click: the pointer may go
let since = 0 // when the popover opened
let timer
let labels = { glossary: "" }
/** @type {ReturnType<typeof build> | undefined} */
let parts

function build() {
  const popover = element("div", ID)
  popover.id = ID
  popover.popover = "manual"
  const text = element("div", "text", popover)
  text.id = `${ID}-text`
  const name = element("p", "name", text)
  const definition = element("p", "definition", text)
  const formula = element("p", "formula", text)
  const link = element("a", "", popover)
  link.onclick = (event) => follow(event, link)
  popover.onpointerenter = () => clearTimeout(timer)
  popover.onpointerleave = leave
  popover.addEventListener("focusout", ({ relatedTarget }) => relatedTarget === term || hide())
  return { popover, text, name, definition, formula, link }
}

// The title would be shown by the browser as well, so it is kept elsewhere once somebody comes near.
function explanation(link) {
  if (link.title) {
    link.dataset.term = link.title
    link.removeAttribute("title")
    link.setAttribute("role", "button")
    link.setAttribute("aria-expanded", "false")
  }
  return readTitle(link.dataset.term ?? "")
}

function show(link) {
  clearTimeout(timer)
  if (term === link && parts?.popover.matches(":popover-open")) return
  hide()
  parts ??= build()
  term = link
  const { name, definition, formula } = explanation(link)
  write(parts.name, name)
  write(parts.definition, definition)
  write(parts.formula, formula)
  parts.formula.hidden = !formula
  write(parts.link, labels.glossary)
  parts.link.href = `Glossary${link.getAttribute("href")}`
  // Beside the term: in its landmark, in its colours; also for one in a component, whose own root knows no style of it.
  const host = link.getRootNode() instanceof ShadowRoot ? link.getRootNode().host : link
  const home = host.closest('.stApp [data-testid="stElementContainer"]') ?? document.querySelector(".stApp")
  home.append(parts.popover)
  parts.popover.showPopover()
  since = performance.now()
  link.setAttribute("aria-expanded", "true")
  if (host === link) link.setAttribute("aria-describedby", parts.text.id)
  else link.setAttribute("aria-description", [definition, formula].join(" ").trim())
  move()
}

function move() {
  if (!term) return
  if (!term.isConnected || !parts.popover.isConnected) return hide()
  const [line] = term.getClientRects()
  const { left, top } = place(line, parts.popover.getBoundingClientRect(), { width: innerWidth, height: innerHeight })
  Object.assign(parts.popover.style, { left: `${left}px`, top: `${top}px` })
}

function hide() {
  clearTimeout(timer)
  if (!term) return
  term.setAttribute("aria-expanded", "false")
  term.removeAttribute("aria-describedby")
  if (parts.popover.isConnected && parts.popover.matches(":popover-open")) parts.popover.hidePopover()
  term = null
  pinned = false
}

function leave() {
  clearTimeout(timer)
  if (!pinned) timer = setTimeout(() => term && focused(term) !== term && hide(), CLOSE)
}

/** The term that an event is about, also one in a component. */
function termOf(event) {
  const from = event.composedPath()[0]
  return from instanceof Element ? from.closest(TERM) : null
}

const inside = (event) => Boolean(parts) && event.composedPath().includes(parts.popover)

const LISTENERS = {
  pointerover(event) {
    const link = event.pointerType === "touch" ? null : termOf(event)
    if (!link) return
    explanation(link)
    clearTimeout(timer)
    timer = setTimeout(() => show(link), OPEN)
  },
  pointerout(event) {
    if (event.pointerType !== "touch" && termOf(event)) leave()
  },
  focusin(event) {
    const link = termOf(event)
    if (link) show(link)
  },
  focusout(event) {
    if (term && termOf(event) === term && !parts.popover.contains(event.relatedTarget)) hide()
  },
  pointerdown(event) {
    if (term && !inside(event) && termOf(event) !== term) hide()
  },
  click(event) {
    const link = termOf(event)
    if (link) press(event, link)
    else if (event.target instanceof Element) {
      const page = event.target.closest(`a.${PAGE_LINK}`)
      if (page) follow(event, page)
    }
  },
  keydown(event) {
    const link = termOf(event)
    if (event.key === " " && link) return press(event, link)
    if (!term) return
    if (event.key === "Escape") {
      event.preventDefault()
      event.stopPropagation()
      if (parts.popover.contains(document.activeElement)) term.focus()
      hide()
    } else if (event.key === "Tab") tab(event)
  },
  scroll: move,
}

// A click pins what hover or focus has opened, a second one closes it. So does a key, but not one that brings the focus
// along, as screen readers press them.
function press(event, link) {
  event.preventDefault()
  const byKeys = !event.detail && performance.now() - since > CLOSE
  if (term === link && (pinned || byKeys)) return hide()
  show(link)
  pinned = true
}

// The popover's link comes right behind the term.
function tab(event) {
  const here = term
  if (event.composedPath()[0] === here && !event.shiftKey) {
    event.preventDefault()
    parts.link.focus()
  } else if (document.activeElement === parts.link) {
    here.focus() // from where the browser goes on
    if (event.shiftKey) event.preventDefault()
    else hide()
  }
}

// To another page as its link in the navigation goes there: in the same session, without loading everything again.
function follow(event, link) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return
  const { pathname, hash } = new URL(link.href)
  const way = [...document.querySelectorAll('a[data-testid="stPageLink-NavLink"]')].find(
    (each) => each !== link && new URL(/** @type {HTMLAnchorElement} */ (each).href).pathname === pathname,
  )
  if (!(way instanceof HTMLElement)) return
  event.preventDefault()
  hide()
  if (pathname === location.pathname) return void find(hash.slice(1))
  way.click()
  find(hash.slice(1))
}

// Brings an entry into sight as soon as the page has it and the skeleton is gone, and puts the focus there.
function find(id) {
  const until = performance.now() + FIND
  const look = () => {
    const entry = id && document.getElementById(id)
    if (!entry || !entry.checkVisibility({ visibilityProperty: true }))
      return void (id && performance.now() < until && requestAnimationFrame(look))
    entry.scrollIntoView({ block: "start" })
    entry.focus({ preventScroll: true })
  }
  look()
}

let listening = false

function listen() {
  if (listening) return
  listening = true
  for (const [name, react] of Object.entries(LISTENERS)) document.addEventListener(name, react, true)
  window.addEventListener("resize", move)
  if (location.hash.startsWith("#term-")) find(location.hash.slice(1))
}

export default function ({ data }) {
  labels = data[0].labels
  listen()
}
