import {
  type BuiltBlock,
  type ConversationEntry,
  type InboxItem,
  InboxItemKind,
  type QueuedItem,
  type RunsView,
  viewOf,
} from '@parley/protocol'
import { expect, test } from 'vitest'
import { ConversationIndex, findLink } from '../src/chain/conversation-index.ts'
import { entriesOf } from '../src/feeds/conversation-entries.ts'
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

async function historyOf(talk: Talk, index: ConversationIndex, links: Uint8Array[], world: ReturnType<typeof blocks>) {
  const entries: ConversationEntry[] = []
  let number = index.lastBlock(talk.shard, talk.index)
  while (number > 0n) {
    const link = findLink(links[Number(number) - 1] as Uint8Array, talk.shard, talk.index)!
    const { block, witness } = world.built[Number(number) - 1] as BuiltBlock
    const sealed = { block, witness, signature: new Uint8Array(65) }
    const place = { shard: talk.shard, index: talk.index, ...link }
    entries.unshift(...(await entriesOf(sealed, place, async (item) => world.items[Number(item)] as QueuedItem)))
    number = link.previous
  }
  return entries
}

const viewed = ({ block, witness }: BuiltBlock): [bigint, RunsView] => [
  block.header.number,
  viewOf({ block, witness, signature: new Uint8Array(65) }).runs,
]

const itemAt = (items: readonly QueuedItem[]) => (index: bigint) => items[Number(index)] as QueuedItem

test('conversation index › walks back over every event of a conversation, in order and forced ones included', async () => {
  const world = blocks()
  const index = new ConversationIndex()
  const links = world.built.map((block) => index.add(...viewed(block), itemAt(world.items)))
  const [a, b, c] = world.talks as [Talk, Talk, Talk]
  const told = async (talk: Talk) =>
    (await historyOf(talk, index, links, world)).map(({ position, block, forced, event }) => [
      position,
      block,
      forced,
      event.selector === 0 ? Buffer.from(event.value.content).toString('hex') : 'operation',
    ])
  const content = (text: string): string => Buffer.from(named(text)).toString('hex')
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
  expect(findLink(new Uint8Array(0), 3, 0)).toBeUndefined()
})
