/** Bounds what goes on for members that are slow, after their certificate is there. */
export class Backlog {
  private held = 0
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get bytes(): number {
    return this.held
  }

  /** Keeps room; undefined when there is none. @returns what gives it back. */
  take(bytes: number): (() => void) | undefined {
    if (this.held + bytes > this.maxBytes) return undefined
    this.held += bytes
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.held -= bytes
    }
  }
}
