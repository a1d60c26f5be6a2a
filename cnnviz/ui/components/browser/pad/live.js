// Reads what is drawn in the browser while the pen moves, so that nothing has to be sent until it is up. The network is
// fetched once the page stands; until then, and where the browser is too slow for it, Python answers.
import * as live from "../shared/live.js"
import { PageText } from "./page_text.js"

const NETWORKS = "../networks/" // where Python serves them, see `cnnviz.ui.components.network_files`
const DIGIT = ".st-key-predicted-digit"
const NOTES = ".st-key-subject-note, .st-key-subject-measure" // what only Python knows of an answer

const BUDGET = 12 // ms of work a frame; after one that took longer the pen has as much time for itself
const TOO_SLOW = 80 // ms above which Python is quicker
const FORGET = 0.8 // of that time is left after each stroke that Python answers: then the browser tries again
const LOOK = 200 // ms between two looks whether the page stands, or whether its script has ended
const SETTLE = 250 // ms after an answer until what it left as it was is shown again
const TRIAL = [20, 60, 50, 220, 50, 130, 240] // a stroke that is read once before anybody draws, to have it compiled

/** @typedef {{ name: string, network: string, steps: string[], colours: [string, string] | null }} Task */
/** @typedef {import("../inference/reader.js").Answer} Answer */

export class Live {
  /**
   * @param {HTMLElement} root of the pad
   * @param {() => number[][]} strokes what is drawn
   */
  constructor(root, strokes) {
    this.root = root
    this.strokes = strokes
    this.texts = new Texts(root)
    /** @type {Task | null} */
    this.task = null
    this.reader = null
    this.refused = false // the network cannot be had, or not be run
    this.active = false // the pen is down, and the browser answers
    this.awaiting = false // the pen is up, and Python has not answered yet
    this.dirty = false // there is something new to read
    /** @type {number[][] | null} */
    this.kept = null // what is drawn as Python reads it, once the pen is up
    this.took = 0 // ms a frame, on average
    this.frame = this.pause = this.settling = null
    this.#tell()
  }

  // Who answers while the pen moves, for tests and measurements.
  #tell() {
    this.root.dataset.answers = this.ready ? "browser" : this.task && !this.refused ? "soon" : "server"
  }

  /** Whether the browser can read what is drawn now. */
  get ready() {
    return this.reader !== null && this.took < TOO_SLOW
  }

  /**
   * Take note of what to read with.
   *
   * @param {Task | null} task null where only Python can
   */
  expect(task) {
    if (JSON.stringify(task) === JSON.stringify(this.task)) return
    Object.assign(this, { task, reader: null, refused: false, took: 0 })
    this.#tell()
    if (task) this.#load(task)
  }

  async #load(task) {
    try {
      const reader = await makeReader(task)
      if (this.task === task) this.reader = reader
    } catch (error) {
      console.warn(`${task.network} is not read in the browser.`, error)
      if (this.task === task) this.refused = true
    }
    this.#tell()
  }

  /** Return the name of the task with which the strokes will be read as Python reads them; "" where they will not. */
  promise() {
    this.kept = this.active && this.ready ? this.reader.keep(this.strokes()) : null
    return this.kept ? this.task.name : ""
  }

  /**
   * Take note of a change of the drawing.
   *
   * @param {boolean} down whether the pen is on the paper
   */
  changed(down) {
    if (down && this.ready) this.#follow()
    else if (this.active) this.#end()
    else if (!down && this.reader && !this.ready) this.took *= FORGET
  }

  /** Take note that Python has answered all that was sent. */
  answered() {
    if (!this.awaiting) return
    clearTimeout(this.settling)
    this.settling = setTimeout(() => this.#settle(), SETTLE)
  }

  dispose() {
    this.#cancel()
    clearTimeout(this.settling)
    if (this.active) live.lift()
    this.active = false
  }

  #follow() {
    if (!this.active) live.subscribe(this.texts)
    Object.assign(this, { active: true, awaiting: false, dirty: true })
    clearTimeout(this.settling)
    this.#schedule()
  }

  #schedule() {
    if (this.frame === null && this.pause === null) this.frame = requestAnimationFrame(() => this.#work())
  }

  // One frame: read, and have everything in view painted.
  #work() {
    this.frame = null
    const began = performance.now()
    this.#read()
    const took = performance.now() - began
    this.took = this.took ? 0.8 * this.took + 0.2 * took : Math.min(took, BUDGET)
    if (took > BUDGET) this.pause = setTimeout(() => this.#resume(), took)
  }

  #resume() {
    this.pause = null
    if (this.active && this.dirty) this.#schedule()
  }

  #read() {
    this.dirty = false
    if (this.reader) live.show(this.reader.read(this.kept ?? this.strokes()))
    this.kept = null
  }

  // The pen is up, and the drawing on its way to Python: until the answer, this is what it shows.
  #end() {
    this.#cancel()
    this.#read()
    Object.assign(this, { active: false, awaiting: true })
    live.lift()
  }

  #cancel() {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.pause)
    this.frame = this.pause = null
  }

  #settle() {
    if (document.querySelector('[data-test-script-state="running"]')) {
      this.settling = setTimeout(() => this.#settle(), LOOK)
      return
    }
    this.awaiting = false
    live.restore()
  }
}

/** The digit, which is Streamlit's own element, and the notes below the answer. */
class Texts {
  constructor(root) {
    this.root = root
    this.digit = new PageText(DIGIT)
  }

  /** @param {Answer} answer */
  showLive({ empty, digit }) {
    this.#showNotes(false)
    this.digit.write(empty ? "–" : String(digit))
  }

  restore() {
    this.#showNotes(true)
    this.digit.restore()
  }

  // Its place stays, so that nothing moves.
  #showNotes(shown) {
    /** @type {NodeListOf<HTMLElement>} */
    const notes = document.querySelectorAll(NOTES)
    for (const note of notes) note.style.visibility = shown ? "" : "hidden"
  }

  answered() {
    this.restore()
  }
}

/** @type {Map<string, Promise<any>>} what was fetched, by its address */
const networks = new Map()

async function makeReader({ network: address, steps, colours }) {
  if (!networks.has(address)) networks.set(address, fetchNetwork(address))
  try {
    const { Reader, network } = await networks.get(address)
    const reader = new Reader(network, steps, colours)
    await idle()
    reader.read([TRIAL])
    return reader
  } catch (error) {
    networks.delete(address)
    throw error
  }
}

async function fetchNetwork(address) {
  const { connection } = /** @type {any} */ (navigator)
  if (connection?.saveData) throw new Error("the browser is to save data")
  while (document.getElementById("skeleton")) await new Promise((resolve) => setTimeout(resolve, LOOK))
  await idle()
  const modules = Promise.all([import("../inference/network.js"), import("../inference/reader.js")])
  const found = await fetch(new URL(NETWORKS + address, import.meta.url), { priority: "low" })
  if (!found.ok) throw new Error(`the server answered ${found.status}`)
  const [{ Network }, { Reader }] = await modules
  return { Reader, network: new Network(new Uint8Array(await found.arrayBuffer())) }
}

const idle = () =>
  new Promise((resolve) => {
    if (window.requestIdleCallback) requestIdleCallback(resolve, { timeout: 2000 })
    else setTimeout(resolve, LOOK)
  })
