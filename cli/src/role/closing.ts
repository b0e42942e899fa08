/** Collects what has to be closed, last opened first. */
export class Closing {
  private readonly steps: (() => Promise<void>)[] = []

  add(close: () => Promise<void>): void {
    this.steps.push(close)
  }

  /** Runs every step even if one fails; throws what failed. Can be called again. */
  async close(): Promise<void> {
    const errors: unknown[] = []
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop())
      try {
        await step()
      } catch (error) {
        errors.push(error)
      }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed')
  }

  /** Runs `start`; what was opened is closed when it fails. */
  static async guard<T>(start: (closing: Closing) => Promise<T>): Promise<T> {
    const closing = new Closing()
    try {
      return await start(closing)
    } catch (error) {
      await closing.close()
      throw error
    }
  }
}
