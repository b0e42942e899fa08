import { History } from './history.ts'
import type { Stream } from './stream.ts'

/** Signs headers for the replica beside it, with the key that all signers have, by a record of its own that follows the stream. */
export class Signer {
  /** Root of each block whose seal record was read, or whose header was signed. */
  readonly roots = new Map<number, number>()
  #history = new History()
  halted = false
  /** A new connection: what was read must be compared first. */
  unchecked = false

  get position(): number {
    return this.#history.position
  }

  read(stream: Stream): void {
    if (this.halted) return
    if (this.unchecked) this.#compare(stream)
    const record = stream.records[this.#history.position]
    if (this.halted || record === undefined) return
    const reading = this.#history.read(record)
    if (reading === 'wrong-root') this.halted = true
    else if (reading === 'counts' && record.kind === 'seal') this.#know(record.block, record.value)
  }

  /** Whether it signs: only what it read itself, and nothing while its connection is new. */
  sign(block: number, root: number): boolean {
    return !this.halted && !this.unchecked && this.roots.get(block) === root
  }

  /** Signs on the replica's word: a mistake. */
  signEarly(block: number, root: number): boolean {
    if (this.halted || (this.roots.get(block) ?? root) !== root) return false
    this.roots.set(block, root)
    return true
  }

  /** Its record is cleaned: a mistake. */
  forget(): void {
    this.roots.clear()
    this.#history = new History()
    this.halted = false
    this.unchecked = false
  }

  #know(block: number, root: number): void {
    if ((this.roots.get(block) ?? root) === root) this.roots.set(block, root)
    else this.halted = true
  }

  #compare(stream: Stream): void {
    this.unchecked = false
    if (!this.#history.agrees(stream.records)) this.halted = true
  }
}
