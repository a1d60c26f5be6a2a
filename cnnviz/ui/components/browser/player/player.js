// A slider over moments that plays. Data in: [{moments, index, ack, label, plays, labels}]. State out, "place": {index, seq}.
// The visitor's place is the truth until Python has answered the last message; then Python's is.
import { AckedChannel } from "../shared/acked_channel.js"
import { component } from "../shared/component.js"
import { call, write } from "../shared/elements.js"
import { setIcon } from "../shared/icons.js"
import { build } from "./parts.js"

const STEP = 800 // ms a moment at speed 1
const AGAIN = 30 // ms after which an answer is looked for again
const GIVE_UP = 3000 // ms without an answer, then send anyway

class Player {
  constructor(root) {
    this.root = root
    this.parts = build(root)
    this.link = new AckedChannel((place) => this.send(place), GIVE_UP)
    this.speed = 1
    this.listen()
  }

  receive(data, send) {
    const isNew = !this.data
    this.data = data
    this.send = send
    this.link.answered(data.ack)
    if (this.link.settled) this.index = data.index
    this.index = Math.min(this.index, this.last)
    this.show()
    if (isNew && data.plays) this.begin()
  }

  begin() {
    if (this.parts.play.hidden) this.go(this.last)
    else this.toggle()
  }

  get last() {
    return this.data.moments.length - 1
  }

  listen() {
    const { back, play, forward, speed, slider } = this.parts
    back.onclick = () => this.walk(-1)
    forward.onclick = () => this.walk(1)
    play.onclick = () => this.toggle()
    speed.onchange = () => this.setSpeed(Number(speed.value))
    slider.oninput = () => this.seek(Number(slider.value))
    slider.onkeydown = (event) => {
      if (event.key !== " " || play.hidden) return
      event.preventDefault()
      this.toggle()
    }
  }

  walk(steps) {
    this.seek(this.index + steps)
  }

  seek(index) {
    this.pause()
    this.go(index)
  }

  go(index) {
    const inside = Math.max(0, Math.min(this.last, index))
    if (inside === this.index) return
    this.index = inside
    this.since = performance.now()
    this.link.push(() => ({ index: inside }))
    this.show()
  }

  setSpeed(speed) {
    this.speed = speed
    clearTimeout(this.timer)
    this.timer = null
    if (this.playing) this.tick()
  }

  // From the end it begins anew.
  toggle() {
    if (this.playing) return this.pause()
    this.playing = true
    this.since = performance.now()
    if (this.index === this.last) this.go(0)
    this.tick()
    this.show()
  }

  pause() {
    clearTimeout(this.timer)
    this.timer = null
    this.playing = false
    if (this.data) this.show()
  }

  // The next moment when this one has been seen for its time and Python has answered it. Data that comes meanwhile
  // changes nothing about that.
  tick() {
    if (this.timer) return
    const left = this.since + STEP / this.speed - performance.now()
    this.timer = setTimeout(() => this.advance(), Math.max(0, left))
  }

  advance() {
    this.timer = null
    if (!this.playing) return
    if (!this.link.settled) return void (this.timer = setTimeout(() => this.advance(), AGAIN))
    if (this.index < this.last) this.go(this.index + 1)
    if (this.index === this.last) this.pause()
    else this.tick()
  }

  show() {
    const { back, play, forward, speed, slider, name } = this.parts
    const { moments, label, labels } = this.data
    Object.assign(slider, { max: this.last, value: this.index, disabled: !this.last })
    slider.setAttribute("aria-label", label)
    slider.setAttribute("aria-valuetext", moments[this.index])
    write(name, moments[this.index])
    back.disabled = this.index === 0
    forward.disabled = this.index === this.last
    play.disabled = !this.last
    const word = this.playing ? "pause" : "play"
    setIcon(play, word)
    call(play, labels[word])
    call(back, labels.back)
    call(forward, labels.forward)
    call(speed, labels.speed)
    Object.assign(this.root.dataset, { index: this.index, playing: Boolean(this.playing), settled: this.link.settled })
  }

  dispose() {
    clearTimeout(this.timer)
    this.link.stop()
  }
}

export default component("player", Player, (player, { data, setStateValue }) => {
  player.receive(data[0], (place) => setStateValue("place", place))
})
