import { decodeServerFrame } from '@parley/api'
import { BlockEntries, ConversationIndex, type EntriesRecord, findLink, placeKey } from '@parley/feeds'
import {
  BlockView,
  BodyKind,
  type ConversationEntry,
  ConversationEntryType,
  type InboxItem,
  InboxItemKind,
  type QueuedItem,
  type RunsView,
} from '@parley/protocol'
import type { BuiltBlock } from '@parley/protocol/reference'
import { expect, test } from 'vitest'
import { offerMessage, offerOperation, ReferenceChainBuilder } from './support/reference-chain.ts'
import { deposit, named, Talk } from './support/world.ts'

const forcedMessage = (talk: Talk, text: string, good: boolean): InboxItem => {
  const { shard, conversation, member, content, signature } = good ? talk.say(text) : talk.signed(text, 0, 99n)
  return {
    selector: InboxItemKind.forcedMessage,
    value: { shard, message: { conversation, member, content }, signature },
  }
}

/** Blocks in which two talks of one shard and one of another are made and heard, also by force. */
function blocks(): { built: BuiltBlock[]; items: QueuedItem[]; talks: Talk[] } {
  const chain = new ReferenceChainBuilder()
  const talks = [new Talk(3, 0), new Talk(3, 1), new Talk(9, 0)]
  const [a, b, c] = talks as [Talk, Talk, Talk]
  const built: BuiltBlock[] = []
  chain.enqueue(deposit(3), deposit(9))
  built.push(chain.build([offerOperation(a.create), offerOperation(b.create), offerMessage(a.say('a0'))]))
  built.push(chain.build([offerOperation(c.create)]))
  chain.enqueue(forcedMessage(a, 'a1', true), forcedMessage(a, 'junk', false), forcedMessage(c, 'c0', true))
  built.push(chain.build(['b0', 'b1'].map((text) => offerMessage(b.say(text, 1)))))
  built.push(chain.build(['a2', 'a3'].map((text) => offerMessage(a.say(text)))))
  expect(built.flatMap(({ refusals }) => refusals).filter(Boolean)).toEqual([])
  return { built, items: chain.items, talks }
}

const viewOfBuilt = ({ block, witness }: BuiltBlock): BlockView =>
  BlockView.encode({ block, witness, signature: new Uint8Array(65) })

async function historyOf(talk: Talk, index: ConversationIndex, links: Uint8Array[], world: ReturnType<typeof blocks>) {
  const frames: Uint8Array[] = []
  let number = index.lastBlock(talk.shard, talk.index)
  while (number > 0n) {
    const own = links[Number(number) - 1] as Uint8Array
    const view = viewOfBuilt(world.built[Number(number) - 1] as BuiltBlock)
    const entries = await BlockEntries.read(view, own, async (item) => world.items[Number(item)] as QueuedItem)
    const record = entries.record(placeKey(talk)) as EntriesRecord
    const told = decodeServerFrame(record.bytes).flatMap(({ kind, value }) => (kind === 'entries' ? value.entries : []))
    frames.unshift(...told.map((entry) => ConversationEntryType.serialize(entry)))
    number = findLink(own, talk)!.previous
  }
  return frames
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Signatures by content, taken from the decoded blocks and the forced items. */
function signaturesOf({ built, items }: ReturnType<typeof blocks>): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  for (const { block, witness } of built)
    for (const [r, run] of block.runs.entries())
      for (const [s, { body }] of run.segments.entries())
        if (body.selector === BodyKind.messages)
          for (const [i, { content }] of body.value.entries())
            found.set(hex(content), witness[r]?.[s]?.[i] as Uint8Array)
  for (const { item } of items)
    if (item.selector === InboxItemKind.forcedMessage) found.set(hex(item.value.message.content), item.value.signature)
  return found
}

const viewed = (built: BuiltBlock): [bigint, RunsView] => [built.block.header.number, viewOfBuilt(built).runs]

const itemAt = (items: readonly QueuedItem[]) => (index: bigint) => items[Number(index)] as QueuedItem

test('conversation index › walks back over every event of a conversation, in order and forced ones included', async () => {
  const world = blocks()
  const index = new ConversationIndex()
  const links = world.built.map((block) => index.add(...viewed(block), itemAt(world.items)))
  const [a, b, c] = world.talks as [Talk, Talk, Talk]
  const signatures = signaturesOf(world)
  const told = async (talk: Talk) =>
    (await historyOf(talk, index, links, world)).map((frame) => {
      const entry = ConversationEntryType.deserialize(frame) as ConversationEntry
      expect(ConversationEntryType.serialize(entry)).toEqual(frame)
      const { position, block, timestamp, forced, event } = entry
      expect(timestamp).toBe(world.built[Number(block) - 1]?.block.header.timestamp)
      if (event.selector === 0) expect(event.value.signature).toEqual(signatures.get(hex(event.value.content)))
      return [position, block, forced, event.selector === 0 ? hex(event.value.content) : 'operation']
    })
  const content = (text: string): string => hex(named(text))
  expect(await told(a)).toEqual([
    [0n, 1n, false, 'operation'],
    [0n, 1n, false, content('a0')],
    [1n, 3n, true, content('a1')],
    [2n, 4n, false, content('a2')],
    [3n, 4n, false, content('a3')],
  ])
  expect(await told(b)).toEqual([
    [0n, 1n, false, 'operation'],
    [0n, 3n, false, content('b0')],
    [1n, 3n, false, content('b1')],
  ])
  expect(await told(c)).toEqual([
    [0n, 2n, false, 'operation'],
    [0n, 3n, true, content('c0')],
  ])
})

test('conversation index › goes on from what encode gave as if nothing had happened', () => {
  const { built, items } = blocks()
  const whole = new ConversationIndex()
  const links = built.map((block) => whole.add(...viewed(block), itemAt(items)))
  const before = new ConversationIndex()
  for (const block of built.slice(0, 2)) before.add(...viewed(block), itemAt(items))
  const after = new ConversationIndex()
  for (const shard of [3, 9]) after.restore(shard, before.encode(shard))
  expect(built.slice(2).map((block) => after.add(...viewed(block), itemAt(items)))).toEqual(links.slice(2))
  for (const shard of [3, 9]) expect(after.encode(shard)).toEqual(whole.encode(shard))
})

test('conversation index › knows nothing of what no block touched', () => {
  const index = new ConversationIndex()
  expect(index.lastBlock(3, 0)).toBe(0n)
  expect(index.lastBlock(3, 2 ** 31)).toBe(0n)
  expect(findLink(new Uint8Array(0), { shard: 3, index: 0 })).toBeUndefined()
})
