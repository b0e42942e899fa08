import type { ConversationStore } from './conversation-store.ts'
import { ConversationWord } from './conversation-store.ts'
import type { ListTree } from './list-tree.ts'
import { MemberListRoots } from './member-list-roots.ts'
import { ContainerHasher, chunkWords, copyChunk } from './pair-hasher.ts'

const batchRows = 64
const slotFactor = 65_536

/** Which members of which conversations changed since the last root; a set kept as a list with repetitions. */
export class DirtyMembers {
  count = 0
  /** conversation × 65,536 + slot. */
  keys = new Float64Array(64)

  add(conversation: number, slot: number): void {
    if (this.count === this.keys.length) this.lengthen()
    this.keys[this.count] = conversation * slotFactor + slot
    this.count += 1
  }

  /** Adds what another list has. */
  addAll(other: DirtyMembers): void {
    while (this.keys.length < this.count + other.count) this.lengthen()
    this.keys.set(other.keys.subarray(0, other.count), this.count)
    this.count += other.count
  }

  sort(): void {
    this.keys.subarray(0, this.count).sort()
  }

  /** Calls back for each conversation with its slots, all ascending and each once; sorts before. */
  eachConversation(visit: (conversation: number, slots: readonly number[]) => void): void {
    this.sort()
    let slots: number[] = []
    let conversation = -1
    let last = -1
    for (let i = 0; i < this.count; i += 1) {
      const key = this.keys[i] as number
      if (key === last) continue
      last = key
      const next = Math.floor(key / slotFactor)
      if (next !== conversation) {
        if (slots.length > 0) visit(conversation, slots)
        conversation = next
        slots = []
      }
      slots.push(key - next * slotFactor)
    }
    if (slots.length > 0) visit(conversation, slots)
  }

  private lengthen(): void {
    const keys = new Float64Array(2 * this.keys.length)
    keys.set(this.keys)
    this.keys = keys
  }
}

/** Brings the tree of a shard's conversations up to date, level by level over all that changed. */
export class ConversationRoots {
  private readonly lists = new MemberListRoots(batchRows)
  private readonly containers = new ContainerHasher(batchRows)
  private readonly conversations = new Uint32Array(batchRows)
  private readonly starts = new Int32Array(batchRows + 1)
  private slots = new Uint16Array(256)
  private leaves = new Uint32Array(64)

  /** Empties `dirty`. */
  update(store: ConversationStore, tree: ListTree, dirty: DirtyMembers): void {
    dirty.sort()
    let leaves = 0
    for (let next = 0; next < dirty.count; ) {
      const rows = this.take(dirty, next)
      next = this.taken
      this.hashRows(store, tree, rows)
      if (leaves + rows > this.leaves.length) this.lengthenLeaves(leaves + rows)
      for (let row = 0; row < rows; row += 1) this.leaves[leaves + row] = this.conversations[row] as number
      leaves += rows
    }
    dirty.count = 0
    tree.update(this.leaves, leaves)
  }

  private taken = 0

  /** Takes the next conversations with their slots, leaving repetitions out. @returns how many conversations. */
  private take(dirty: DirtyMembers, from: number): number {
    let rows = 0
    let slots = 0
    let i = from
    for (let last = -1; i < dirty.count; i += 1) {
      const key = dirty.keys[i] as number
      if (key === last) continue
      last = key
      const conversation = Math.floor(key / slotFactor)
      if (rows === 0 || this.conversations[rows - 1] !== conversation) {
        if (rows === batchRows) break
        this.conversations[rows] = conversation
        this.starts[rows] = slots
        rows += 1
      }
      if (slots === this.slots.length) this.lengthenSlots()
      this.slots[slots] = key - conversation * slotFactor
      slots += 1
    }
    this.starts[rows] = slots
    this.taken = i
    return rows
  }

  private lengthenSlots(): void {
    const slots = new Uint16Array(2 * this.slots.length)
    slots.set(this.slots)
    this.slots = slots
  }

  private lengthenLeaves(needed: number): void {
    const leaves = new Uint32Array(2 * needed)
    leaves.set(this.leaves)
    this.leaves = leaves
  }

  private hashRows(store: ConversationStore, tree: ListTree, rows: number): void {
    this.lists.update(store, this.conversations, rows, this.slots, this.starts)
    const { input, output } = this.containers
    for (let row = 0; row < rows; row += 1) {
      const conversation = this.conversations[row] as number
      const page = store.records.page(conversation)
      const word = store.records.word(conversation)
      const to = row * 8 * chunkWords
      copyChunk(page, word + ConversationWord.id, input, to)
      input[to + 8] = page[word + ConversationWord.epoch] as number
      input[to + 9] = page[word + ConversationWord.epoch + 1] as number
      copyChunk(this.lists.roots, row * chunkWords, input, to + 16)
      input[to + 24] = page[word + ConversationWord.messageCount] as number
      input[to + 25] = page[word + ConversationWord.messageCount + 1] as number
      copyChunk(page, word + ConversationWord.head, input, to + 32)
    }
    this.containers.hash(rows)
    for (let row = 0; row < rows; row += 1) tree.writeLeaf(this.conversations[row] as number, output, row * chunkWords)
  }
}
