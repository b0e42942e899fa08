import { signedMessageBytes } from '@parley/protocol'
import { Control } from './control.ts'
import { messageAt, payloadAt, SlotKind, SlotWord, slotBytes, slotWords } from './slot.ts'

/** Memory of a ring: one producer, the main thread, and one consumer, a lane. */
export interface EntryRingMemory {
  readonly control: Int32Array
  readonly slots: SharedArrayBuffer
}

/** Main thread's end. */
export class EntryProducer {
  private readonly control: Int32Array
  private readonly words: Int32Array
  private readonly bytes: Uint8Array
  private readonly capacity: number
  private tail = 0

  constructor({ control, slots }: EntryRingMemory) {
    this.control = control
    this.words = new Int32Array(slots)
    this.bytes = new Uint8Array(slots)
    this.capacity = slots.byteLength / slotBytes
  }

  /** Slots published so far, modulo 2^32. */
  get position(): number {
    return this.tail
  }

  /** Free slots. */
  get room(): number {
    return this.capacity - ((this.tail - Atomics.load(this.control, Control.entryHead)) >>> 0)
  }

  /** Writes the message at `offset` of `messages`; `publish` shows it to the lane. The caller has seen that there is room. */
  message(messages: Uint8Array, offset: number, ticket: number, entry: number): void {
    const slot = (this.tail >>> 0) % this.capacity
    this.header(slot, SlotKind.message, 1, ticket, entry)
    const { bytes } = this
    const at = slot * slotBytes + messageAt
    for (let i = 0; i < signedMessageBytes; i += 1) bytes[at + i] = messages[offset + i] as number
    this.tail = (this.tail + 1) | 0
  }

  /** Writes and publishes an operation. @returns false, having written nothing, when there is no room. */
  operation(operation: Uint8Array, ticket: number): boolean {
    const needed = Math.ceil((payloadAt + operation.length) / slotBytes)
    const slot = (this.tail >>> 0) % this.capacity
    const untilEnd = this.capacity - slot
    // An operation lies in neighbouring slots, so the end of the ring may have to be left empty.
    const skipped = untilEnd < needed ? untilEnd : 0
    if (this.room < needed + skipped) return false
    if (skipped > 0) this.header(slot, SlotKind.padding, skipped, 0, 0)
    const first = skipped > 0 ? 0 : slot
    this.header(first, SlotKind.operation, needed, ticket, operation.length)
    this.bytes.set(operation, first * slotBytes + payloadAt)
    this.tail = (this.tail + skipped + needed) | 0
    this.publish()
    return true
  }

  publish(): void {
    Atomics.store(this.control, Control.entryTail, this.tail)
  }

  private header(slot: number, kind: number, slots: number, ticket: number, entry: number): void {
    const word = slot * slotWords
    this.words[word + SlotWord.kind] = kind
    this.words[word + SlotWord.slots] = slots
    this.words[word + SlotWord.ticket] = ticket
    this.words[word + SlotWord.entry] = entry
  }
}

/** Lane's end: looks at the entry at the head, then passes it. */
export class EntryConsumer {
  readonly words: Int32Array
  private readonly control: Int32Array
  readonly bytes: Uint8Array
  private readonly capacity: number
  private head = 0

  constructor({ control, slots }: EntryRingMemory) {
    this.control = control
    this.words = new Int32Array(slots)
    this.bytes = new Uint8Array(slots)
    this.capacity = slots.byteLength / slotBytes
  }

  /** Slots passed so far, modulo 2^32. */
  get position(): number {
    return this.head
  }

  get isEmpty(): boolean {
    return Atomics.load(this.control, Control.entryTail) === this.head
  }

  /** First word of the slot at the head; padding is passed. Ask only when the ring is not empty. */
  peek(): number {
    let slot = (this.head >>> 0) % this.capacity
    if (this.words[slot * slotWords + SlotWord.kind] === SlotKind.padding) {
      this.release(this.words[slot * slotWords + SlotWord.slots] as number)
      slot = 0
    }
    return slot * slotWords
  }

  /** First word of the message `ahead` slots behind the head; below 0 when there is none or something else comes before. */
  message(ahead: number): number {
    const position = (this.head + ahead) | 0
    if (Atomics.load(this.control, Control.entryTail) === position) return -1
    const word = ((position >>> 0) % this.capacity) * slotWords
    return this.words[word + SlotWord.kind] === SlotKind.message ? word : -1
  }

  /** Passes the entry that `peek` showed. */
  pass(word: number): void {
    this.release(this.words[word + SlotWord.slots] as number)
    Atomics.add(this.control, Control.executed, 1)
  }

  /** Says where the message in a slot lies. */
  locate(word: number, to: { ticket: number; entry: number; offset: number }): void {
    to.ticket = (this.words[word + SlotWord.ticket] as number) >>> 0
    to.entry = this.words[word + SlotWord.entry] as number
    to.offset = 4 * word + messageAt
  }

  /** A copy of the operation in a slot: decoders keep views of what they read. */
  operationBytes(word: number): Uint8Array {
    const at = 4 * word + payloadAt
    return this.bytes.slice(at, at + (this.words[word + SlotWord.entry] as number))
  }

  private release(slots: number): void {
    this.head = (this.head + slots) | 0
    Atomics.store(this.control, Control.entryHead, this.head)
  }
}
