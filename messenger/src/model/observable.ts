/** Something that views look at again when it changed. */
export class Observable {
  private readonly watching = new Set<() => void>()
  private version = 0

  /** @returns what ends it. */
  watch = (look: () => void): (() => void) => {
    this.watching.add(look)
    return () => this.watching.delete(look)
  }

  get changes(): number {
    return this.version
  }

  protected changed(): void {
    this.version += 1
    for (const look of [...this.watching]) look()
  }
}
