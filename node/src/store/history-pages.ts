import {
  type RunsView,
  signatureBytes,
  type ViewedBlock,
  type ViewedRun,
  type ViewedSegment,
  viewedMember,
  viewedMessageBytes,
} from '@parley/protocol'
import { EntryKind } from './chain-records.ts'
import { changeEntryBytes, messageEntryBytes, PageWriter, pageHeadBytes, serializeChange } from './history-page.ts'
import { type ItemAt, rareEvent } from './rare-events.ts'

/** What a block adds to the record of one conversation. */
export interface HistoryPage {
  readonly shard: number
  readonly conversation: number
  /** Entries in it. */
  readonly count: number
  /** As `history-page.ts` has it. */
  readonly bytes: Uint8Array
}

/** An entry beside the messages of segments: where it is written, how long it is, and how. */
interface RareEntry {
  readonly conversation: number
  readonly bytes: number
  readonly write: (writer: PageWriter, at: number) => number
}

/**
 * What a verified block adds to the records of conversations: of each conversation its entries in order.
 * @param itemAt - Inbox items the block consumes.
 */
export function historyPages({ header, runs: view }: ViewedBlock, itemAt: ItemAt): HistoryPage[] {
  return view.runs.flatMap((run) => new RunPages(view, run, itemAt).write(header.number, header.timestamp))
}

/** The pages of one run: entries are counted first, so that all pages are written into one buffer. */
class RunPages {
  private readonly places = new Map<number, number>()
  private readonly conversations: number[] = []
  private readonly counts: number[] = []
  private readonly lengths: number[] = []
  private readonly view: RunsView
  private readonly run: ViewedRun
  /** By segment; undefined where it adds none. */
  private readonly rare: readonly (RareEntry | undefined)[]

  constructor(view: RunsView, run: ViewedRun, itemAt: ItemAt) {
    this.view = view
    this.run = run
    this.rare = run.segments.map((segment) => rareEntry(view, segment, itemAt))
    run.segments.forEach(({ body, messages }, s) => {
      for (let i = 0; i < messages; i += 1)
        this.count(view.conversation(body + i * viewedMessageBytes), messageEntryBytes)
      const entry = this.rare[s]
      if (entry !== undefined) this.count(entry.conversation, entry.bytes)
    })
  }

  write(block: bigint, timestamp: bigint): HistoryPage[] {
    const { conversations, counts, lengths, view, run } = this
    const writer = new PageWriter(lengths.reduce((sum, length) => sum + length, 0))
    const starts: number[] = []
    let end = 0
    for (const length of lengths) {
      starts.push(end)
      end += length
    }
    const next = starts.map((at) => writer.head(at, block, timestamp))
    run.segments.forEach((segment, s) => {
      const { body, messages } = segment
      const signatures = messages > 0 ? view.signatures(segment) : none
      for (let i = 0; i < messages; i += 1) {
        const at = body + i * viewedMessageBytes
        const place = this.placeOf(view.conversation(at))
        const to = next[place] as number
        next[place] = writer.spoken(to, view.bytes, at + viewedMember, signatures, i * signatureBytes)
      }
      const entry = this.rare[s]
      if (entry === undefined) return
      const place = this.placeOf(entry.conversation)
      next[place] = entry.write(writer, next[place] as number)
    })
    return conversations.map((conversation, place) => ({
      shard: run.shard,
      conversation,
      count: counts[place] as number,
      bytes: writer.bytes.subarray(starts[place], next[place]),
    }))
  }

  private placeOf(conversation: number): number {
    return this.places.get(conversation) as number
  }

  private count(conversation: number, bytes: number): void {
    let place = this.places.get(conversation)
    if (place === undefined) {
      place = this.conversations.push(conversation) - 1
      this.places.set(conversation, place)
      this.counts.push(0)
      this.lengths.push(pageHeadBytes)
    }
    this.counts[place] = (this.counts[place] as number) + 1
    this.lengths[place] = (this.lengths[place] as number) + bytes
  }
}

const none = new Uint8Array(0)

function rareEntry(view: RunsView, segment: ViewedSegment, itemAt: ItemAt): RareEntry | undefined {
  const rare = rareEvent(view, segment, itemAt)
  if (rare === undefined) return undefined
  const { conversation, forced, event } = rare
  const signatures = rare.signatures()
  if (event.selector === EntryKind.message) {
    const write: RareEntry['write'] = (writer, at) => writer.forcedMessage(at, event.value, signatures)
    return { conversation, bytes: messageEntryBytes, write }
  }
  const change = serializeChange(event.value)
  const write: RareEntry['write'] = (writer, at) => writer.change(at, change, signatures, forced)
  return { conversation, bytes: changeEntryBytes(change, signatures), write }
}
