import {
  type BlockHeader,
  BlockHeaderType,
  BlockView,
  type Body,
  BodyKind,
  ChangeMembersType,
  type ConversationEntry,
  ConversationEntryType,
  CreateConversationType,
  type InboxItem,
  InboxItemKind,
  millis,
  type QueuedItem,
  RunsType,
  type Segment,
} from '@parley/protocol'
import { ConversationIndex, findLink } from '../conversations/conversation-index.ts'
import { type ConversationPlace, placeKey } from '../conversations/place.ts'
import { BlockEntries } from '../entries/block-entries.ts'
import type { BlockSupply } from '../fan-out/block-supply.ts'

/** What happens in one segment: messages to conversations, a creation, a change, or an item of the inbox. */
export type Drawn =
  | { readonly kind: 'messages'; readonly to: readonly number[] }
  | { readonly kind: 'creation' }
  | { readonly kind: 'change'; readonly of: number }
  | { readonly kind: 'forced'; readonly to: number; readonly valid: boolean }

export interface DrawnRun {
  readonly shard: number
  readonly segments: readonly Drawn[]
}

/** An entry as the model has it. */
export interface ModelEntry {
  readonly block: bigint
  readonly position: bigint
  readonly hex: string
}

/** An entry of a block that is drawn and not sealed. */
export interface DrawnEntry extends ModelEntry {
  readonly key: number
  readonly isMessage: boolean
  readonly forced: boolean
}

/** A block that is drawn: what will be in it, in the order in which it happens. */
export interface DrawnBlock {
  readonly number: bigint
  readonly entries: readonly DrawnEntry[]
}

interface StoredBlock {
  readonly view: BlockView
  readonly links: Uint8Array
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/**
 * Blocks whose runs are drawn, without sense or signatures, and beside them what each conversation's entries are, made of
 * values and not of views: what feeds send is compared with it.
 */
export class DrawnChain {
  readonly index = new ConversationIndex()
  readonly model = new Map<number, ModelEntry[]>()
  /** Number of the first block kept. */
  first = 1n
  private readonly blocks: StoredBlock[] = []
  private readonly drawn: BlockView[] = []
  private entriesDrawn: DrawnEntry[] = []
  /** Inbox items that blocks consumed, by their index. */
  readonly items = new Map<bigint, QueuedItem>()
  /** Of the blocks sealed from now on. */
  lineage: Uint8Array = new Uint8Array(32)
  private readonly counts = new Map<number, bigint>()
  private readonly created = new Map<number, number>()
  private told = 0

  get head(): bigint {
    return BigInt(this.blocks.length)
  }

  view(number: bigint): BlockView {
    return (this.blocks[Number(number) - 1] as StoredBlock).view
  }

  entries(number: bigint): BlockEntries {
    const { view, links } = this.blocks[Number(number) - 1] as StoredBlock
    return BlockEntries.of(view, links, this.items)
  }

  /** @param read - Every reading waits for it. */
  supply(read: () => Promise<void>): BlockSupply {
    return {
      lastBlock: ({ shard, index }) => this.index.lastBlock(shard, index),
      messages: (place) => this.index.messages(place),
      conversations: (shard) => this.index.conversations(shard),
      link: async (number, place) => {
        await read()
        return number < this.first ? undefined : findLink((this.blocks[Number(number) - 1] as StoredBlock).links, place)
      },
      entries: async (number) => {
        await read()
        return number < this.first ? undefined : this.entries(number)
      },
    }
  }

  /** Seals a block of these runs, one a shard at most. */
  seal(runs: readonly DrawnRun[]): void {
    this.draw(runs)
    this.put()
  }

  /** Makes a block of these runs, which nobody can read before it is put. */
  draw(runs: readonly DrawnRun[]): DrawnBlock {
    const number = this.head + BigInt(this.drawn.length) + 1n
    this.entriesDrawn = []
    const witness: Uint8Array[][][] = []
    const header: BlockHeader = {
      ...BlockHeaderType.defaultValue(),
      number,
      timestamp: 1_000n * number,
      lineage: this.lineage,
      parent: BlockHeaderType.hashTreeRoot(this.lastHeader),
    }
    const built = runs.map(({ shard, segments }) => {
      const signatures: Uint8Array[][] = []
      const bodies = segments.flatMap((drawn) => {
        const made = this.segment(shard, drawn, header)
        if (made === undefined) return []
        signatures.push(made.signatures)
        return [made.segment]
      })
      witness.push(signatures)
      return { shard, segments: bodies, postRoot: new Uint8Array(32) }
    })
    header.inboxCount = BigInt(this.items.size)
    header.runsRoot = RunsType.hashTreeRoot(built)
    const view = BlockView.encode({ block: { header, runs: built }, witness, signature: new Uint8Array(65) })
    this.drawn.push(view)
    return { number, entries: this.entriesDrawn }
  }

  /** The next block drawn becomes the head. */
  put(): void {
    const view = this.drawn.shift()
    if (view === undefined) throw new RangeError('no block is drawn')
    const links = this.index.add(view.header.number, view.runs, (item) => this.items.get(item) as QueuedItem)
    this.blocks.push({ view, links })
  }

  private get lastHeader(): BlockHeader {
    return (this.drawn.at(-1) ?? this.blocks.at(-1)?.view)?.header ?? BlockHeaderType.defaultValue()
  }

  private segment(shard: number, drawn: Drawn, header: BlockHeader) {
    const known = this.created.get(shard) ?? 0
    const changed = new Uint8Array(32).fill(1)
    const segmentOf = (body: Body, signatures: Uint8Array[], isValid = true): Made => ({
      segment: { preRoot: new Uint8Array(32), body, postRoot: isValid ? changed : new Uint8Array(32) },
      signatures,
    })
    if (drawn.kind === 'creation') {
      this.created.set(shard, known + 1)
      const value = { ...CreateConversationType.defaultValue(), shard, nonce: this.unique() }
      const operation = { selector: 0, value } as const
      const signatures = [this.signature()]
      this.tell({ shard, index: known }, header, false, { selector: 1, value: { operation, signatures } })
      return segmentOf({ selector: BodyKind.operation, value: operation }, signatures)
    }
    if (known === 0) return undefined
    if (drawn.kind === 'change') {
      const conversation = drawn.of % known
      const value = { ...ChangeMembersType.defaultValue(), shard, conversation, nonce: this.unique() }
      const operation = { selector: 1, value } as const
      const signatures = [this.signature()]
      this.tell({ shard, index: conversation }, header, false, { selector: 1, value: { operation, signatures } })
      return segmentOf({ selector: BodyKind.operation, value: operation }, signatures)
    }
    if (drawn.kind === 'forced') {
      const conversation = drawn.to % known
      const [content, signature] = [this.content(), this.signature()]
      const item: InboxItem = {
        selector: InboxItemKind.forcedMessage,
        value: { shard, message: { conversation, member: 1, content }, signature },
      }
      const index = BigInt(this.items.size)
      this.items.set(index, { index, item, time: millis(0n), inboxHash: new Uint8Array(32) })
      if (drawn.valid)
        this.tell({ shard, index: conversation }, header, true, {
          selector: 0,
          value: { member: 1, content, signature },
        })
      return segmentOf({ selector: BodyKind.inboxItem, value: index }, [], drawn.valid)
    }
    const signatures = drawn.to.map(() => this.signature())
    const value = drawn.to.map((to, i) => {
      const message = { conversation: to % known, member: i, content: this.content() }
      const said = { member: i, content: message.content, signature: signatures[i] as Uint8Array }
      this.tell({ shard, index: message.conversation }, header, false, { selector: 0, value: said })
      return message
    })
    return segmentOf({ selector: BodyKind.messages, value }, signatures)
  }

  private tell(
    place: ConversationPlace,
    { number: block, timestamp }: BlockHeader,
    forced: boolean,
    event: ConversationEntry['event'],
  ): void {
    const key = placeKey(place)
    const position = this.counts.get(key) ?? 0n
    if (event.selector === 0) this.counts.set(key, position + 1n)
    const entry: ConversationEntry = { position, block, timestamp, forced, event }
    const list = this.model.get(key) ?? []
    this.model.set(key, list)
    const model = { block, position, hex: hex(ConversationEntryType.serialize(entry)) }
    list.push(model)
    this.entriesDrawn.push({ ...model, key, isMessage: event.selector === 0, forced })
  }

  private unique(): bigint {
    this.told += 1
    return BigInt(this.told)
  }

  private content(): Uint8Array {
    const content = new Uint8Array(32)
    new DataView(content.buffer).setBigUint64(0, this.unique())
    return content
  }

  private signature(): Uint8Array {
    const signature = new Uint8Array(64)
    new DataView(signature.buffer).setBigUint64(8, this.unique())
    return signature
  }
}

interface Made {
  readonly segment: Segment
  readonly signatures: Uint8Array[]
}
