/**
 * How many segments the open block still takes, counted by all lanes together in shared memory: a busy lane may take
 * what idle ones leave. A lane keeps one segment it took and did not need. The main thread
 * sets the count when it opens a block.
 */
export class SegmentRoom {
  private readonly taken: Int32Array
  private readonly most: number
  private spare = false

  /** @param most - Segments that a block takes. */
  constructor(taken: Int32Array, most: number) {
    this.taken = taken
    this.most = most
  }

  /** Makes sure of one segment. @returns false when the block is full. */
  reserve(): boolean {
    if (this.spare) return true
    const before = Atomics.add(this.taken, 0, 1)
    if (before >= this.most) {
      Atomics.sub(this.taken, 0, 1)
      return false
    }
    this.spare = true
    return true
  }

  /** Takes the segment made sure of. */
  use(): void {
    this.spare = false
  }

  /** Takes a segment that the block is known to have had. */
  force(): void {
    if (this.spare) this.spare = false
    else Atomics.add(this.taken, 0, 1)
  }
}
