import {
  checkHistorySignatures,
  findHistoryGap,
  InboxItemKind,
  portableVerifier,
  type SignedHistoryEntry,
} from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import { EntryKind, type HistoryRecord } from '../src/store/chain-records.ts'
import { ChainStore } from '../src/store/chain-store.ts'
import { addGuest, config } from './support/chain.ts'
import { Rig } from './support/rig.ts'

function entryOf({ event, signatures }: HistoryRecord): SignedHistoryEntry {
  const signed = { signatures: signatures ?? undefined }
  return event.selector === EntryKind.message
    ? { kind: 'message', ...event.value, ...signed }
    : { kind: 'change', change: event.value, ...signed }
}

describe('signatures of a record', () => {
  test('entries › of messages, changes and forced items carry signatures that hold, wherever a page begins', async () => {
    const rig = new Rig()
    rig.prepare()
    const { chain } = rig
    const [forced] = chain.say(3, 1)
    if (forced?.kind !== 'message') throw new TypeError('no message')
    const { message, signature } = forced
    const { change, signatures } = chain.changeOf(3, addGuest)
    const sender = new Uint8Array(20)
    const operation = { selector: 1 as const, value: change }
    const items = [
      chain.enqueue({ selector: InboxItemKind.forcedMessage, value: { shard: 3, message, signature } }),
      chain.enqueue({ selector: InboxItemKind.forcedOperation, value: { sender, operation, signatures } }),
    ]
    rig.l2.mine(...items.map((queued) => ({ kind: 'item', queued }) as const))
    rig.claim(chain.build([], 2), chain.build([...chain.say(3, 3), ...chain.say(40, 1), ...chain.say(3, 2, 0)]))
    const one = await rig.start()
    await one.verified(3n)
    const { reads } = one.node
    const { entries } = await reads.history(3, 0, 0n, 1000)
    const conversation = chain.conversation(3)
    expect(findHistoryGap(config.chainId, conversation, 2, entries.map(entryOf))).toBeUndefined()
    expect(checkHistorySignatures(config.chainId, conversation, 2, entries.map(entryOf), portableVerifier)).toEqual({
      valid: entries.length,
      keyless: 0,
      invalid: undefined,
    })
    for (const [from, count] of [
      [1, 5],
      [39, 4],
      [43, 3],
      [45, 9],
    ] as const) {
      const page = await reads.history(3, 0, BigInt(from), count)
      expect(page.entries).toEqual(entries.slice(from, from + count))
    }
    await one.stop()
  })

  test('entries › of blocks whose signatures are pruned say so', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await rig.start()
    await one.verified(2n)
    const url = '/v1/conversations/3/0/messages'
    const first = async () => ((await one.get(url)).body.entries as Record<string, unknown>[])[0]
    expect((await first())?.withheld).toBeUndefined()
    await (await ChainStore.open(rig.store)).prune(2n)
    expect(await first()).toMatchObject({ signatures: null, withheld: 'pruned' })
    const last = ((await one.get(url)).body.entries as Record<string, unknown>[]).at(-1)
    expect(last?.signatures).toHaveLength(1)
    await one.stop()
  })
})
