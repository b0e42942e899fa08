import type { BatchColumns } from '../codec/core-columns.ts'
import { joinBytes } from '../ssz/bytes.ts'
import { BodyKind } from '../types/block.ts'

import { type RunsView, type ViewedSegment, viewedContent, viewedMessageBytes } from './runs-view.ts'
import type { ViewedBlock } from './viewed-block.ts'

const rootBytes = 32

/** Fills the columns that have an entry a message. */
class MessageColumns {
  readonly conversations: Uint32Array
  readonly members: Uint16Array
  readonly contents: Uint8Array
  private filled = 0

  constructor(messages: number) {
    this.conversations = new Uint32Array(messages)
    this.members = new Uint16Array(messages)
    this.contents = new Uint8Array(messages * rootBytes)
  }

  add(view: RunsView, { body, messages }: ViewedSegment): void {
    const { bytes } = view
    const { contents } = this
    for (let i = 0; i < messages; i += 1) {
      const at = body + i * viewedMessageBytes
      this.conversations[this.filled] = view.conversation(at)
      this.members[this.filled] = view.member(at)
      const to = this.filled * rootBytes
      for (let b = 0; b < rootBytes; b += 1) contents[to + b] = bytes[at + viewedContent + b] as number
      this.filled += 1
    }
  }
}

/** Copies many chunks into one column. */
class Roots {
  readonly bytes: Uint8Array
  private filled = 0

  constructor(count: number) {
    this.bytes = new Uint8Array(count * rootBytes)
  }

  add(root: Uint8Array): void {
    this.bytes.set(root, this.filled)
    this.filled += rootBytes
  }
}

/** What the DA layer carries of blocks. */
export function columnsOfViews(views: readonly ViewedBlock[]): BatchColumns {
  const runs = views.flatMap((view) => view.runs.runs)
  const segmentCounts = Uint16Array.from(runs, ({ segments }) => segments.length)
  const stateRoots = new Roots(views.length)
  const postRoots = new Roots(segmentCounts.reduce((sum, count) => sum + count, 0))
  const messages = new MessageColumns(views.reduce((sum, view) => sum + view.runs.messages, 0))
  const kinds: number[] = []
  const sizes: number[] = []
  const items: bigint[] = []
  const operations: Uint8Array[] = []
  for (const { header, runs: view } of views) {
    stateRoots.add(header.stateRoot)
    for (const { segments } of view.runs)
      for (const segment of segments) {
        kinds.push(segment.kind)
        postRoots.add(view.root(segment.postRoot))
        if (segment.kind === BodyKind.messages) {
          sizes.push(segment.messages)
          messages.add(view, segment)
        } else if (segment.kind === BodyKind.operation) operations.push(view.operationBytes(segment))
        else items.push(view.item(segment))
      }
  }
  const { conversations, members, contents } = messages
  return {
    blocks: views.map(({ header, runs: view }) => {
      return { timestamp: header.timestamp, inboxCount: header.inboxCount, runs: view.runs.length }
    }),
    stateRoots: stateRoots.bytes,
    shards: Uint8Array.from(runs, ({ shard }) => shard),
    segmentCounts,
    kinds: Uint8Array.from(kinds),
    postRoots: postRoots.bytes,
    sizes: Uint8Array.from(sizes),
    items,
    conversations,
    members,
    contents,
    operations,
  }
}

/** All signatures of blocks, in the order of the core: 64 bytes each. */
export function signaturesOfViews(views: readonly ViewedBlock[]): Uint8Array {
  return joinBytes(
    views.flatMap(({ runs }) =>
      runs.runs.flatMap(({ segments }) => segments.map((segment) => runs.signatures(segment))),
    ),
  )
}
