// The tries at one question: a wrong first one earns a hint, a wrong second one the solution.

const MAX_TRIES = 2

export class Tries {
  constructor() {
    this.reset()
  }

  // Another question begins.
  reset() {
    this.count = 0
    /** @type {Record<string, { verdict: string, text?: string }>} what the newest guess of each kind was worth */
    this.verdicts = {}
  }

  // A guess that was right is not asked again.
  settled(kind) {
    return this.verdicts[kind]?.verdict === "right"
  }

  // Count a try with what each of its guesses was worth, and say whether the solution is to be shown now: all that was
  // guessed is right, it was the last try, or nothing was guessed at all.
  take(verdicts) {
    this.count += 1
    const guessed = Object.keys(verdicts).length > 0
    Object.assign(this.verdicts, verdicts)
    const wrong = Object.keys(this.verdicts).some((kind) => !this.settled(kind))
    return !guessed || !wrong || this.count >= MAX_TRIES
  }
}
