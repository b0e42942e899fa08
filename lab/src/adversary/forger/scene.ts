import { BodyKind, type Conversation, OperationKind, type Shard } from '@parley/protocol'
import type { Cast } from '../cast/cast.ts'
import type { DraftBlock, DraftRun, DraftSegment, Ground } from './draft.ts'

/** Honest blocks to lie about, and who appears in them. */
export interface Scene {
  readonly ground: Ground
  readonly cast: Cast
  readonly blocks: DraftBlock[]
}

/** A segment and where it stands. */
export interface Found {
  readonly block: DraftBlock
  readonly run: DraftRun
  readonly segment: DraftSegment
  readonly at: number
}

/** The first segment of the cast's shard that is as wanted. @throws {RangeError} when there is none. */
export function find({ blocks, cast }: Scene, what: string, wanted: (segment: DraftSegment) => boolean): Found {
  for (const block of blocks)
    for (const run of block.runs) {
      if (run.shard !== cast.shard) continue
      const at = run.segments.findIndex(wanted)
      if (at >= 0) return { block, run, segment: run.segments[at] as DraftSegment, at }
    }
  throw new RangeError(`the honest blocks have no ${what}`)
}

/** The first segment of messages of the cast's conversation. */
export function findMessages(scene: Scene, least = 2): Found {
  return find(scene, 'messages', ({ body }) => {
    if (body.selector !== BodyKind.messages || body.value.length < least) return false
    return body.value.every(({ conversation }) => conversation === scene.cast.conversation)
  })
}

export type OperationName = keyof typeof OperationKind

/** The first operation of a kind. A change is one of the cast's conversation. */
export function findOperation(scene: Scene, kind: OperationName): Found {
  return find(
    scene,
    kind,
    ({ body }) => body.selector === BodyKind.operation && body.value.selector === OperationKind[kind],
  )
}

/** The first segment of an inbox item that is as wanted. */
export function findItem(scene: Scene, which: 'deposit' | 'exit' | 'invalid'): Found {
  const { window, parent } = scene.ground
  return find(scene, `item: ${which}`, ({ body }) => {
    if (body.selector !== BodyKind.inboxItem) return false
    const item = window.waiting[Number(body.value - parent.inboxCount)]?.item
    if (item === undefined) return false
    if (item.selector === 0) return which === 'deposit'
    if (item.selector !== 1 || item.value.operation.selector !== OperationKind.withdraw) return false
    const ownAccount = item.value.operation.value.account === scene.cast.accounts.cyd
    return which === (ownAccount ? 'exit' : 'invalid')
  })
}

/** The block that consumes an item of prices. */
export function findPrices({ blocks, ground }: Scene): DraftBlock {
  let from = ground.parent.inboxCount
  for (const block of blocks) {
    const taken = ground.window.waiting.slice(
      Number(from - ground.parent.inboxCount),
      Number(block.inboxCount - ground.parent.inboxCount),
    )
    if (taken.some(({ item }) => item.selector === 3)) return block
    from = block.inboxCount
  }
  throw new RangeError('the honest blocks have no prices')
}

export const conversationOf = (shard: Shard, { conversation }: Cast): Conversation =>
  shard.conversations[conversation] as Conversation
