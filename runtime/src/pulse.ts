/** Something that happens again and again, and can be waited for. Nobody is told of what happened before they asked. */
export class Pulse {
  private waiting: PromiseWithResolvers<void> | undefined

  /** Resolves at the next beat. */
  next(): Promise<void> {
    this.waiting ??= Promise.withResolvers()
    return this.waiting.promise
  }

  beat(): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.resolve()
  }
}
