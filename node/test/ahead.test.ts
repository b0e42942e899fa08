import { BlockHeaderType, verifyConversation } from '@parley/protocol'
import type { BuiltBlock } from '@parley/protocol/reference'
import { describe, expect, test } from 'vitest'
import { StateLock } from '../src/lock.ts'
import { Rig, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

/** Blocks of which `at` claims a wrong state, linked so that nothing else of them is wrong. */
function wrongAt(at: number, built: readonly BuiltBlock[]): BuiltBlock[] {
  const blocks: BuiltBlock[] = []
  for (const [i, { block, ...rest }] of built.entries()) {
    const before = blocks.at(-1)?.block.header
    const parent = before === undefined ? block.header.parent : BlockHeaderType.hashTreeRoot(before)
    const stateRoot = i === at ? block.header.stateRoot.map((byte) => byte ^ 1) : block.header.stateRoot
    blocks.push({ ...rest, block: { ...block, header: { ...block.header, parent, stateRoot } } })
  }
  return blocks
}

describe('blocks given ahead', () => {
  test.each([
    { name: 'its own claim', split: [4], at: 1, recorded: 2n },
    { name: 'the next claims', split: [1, 2, 1], at: 0, recorded: 2n },
    { name: 'the claim after a right one', split: [2, 2], at: 2, recorded: 3n },
  ])('a wrong one with right ones of $name behind it › is named, and nothing behind it counts', async (row) => {
    const rig = new Rig()
    rig.prepare()
    const { chain } = rig
    const good = Array.from({ length: 4 }, () => chain.build([...chain.say(3, 2), ...chain.say(40, 1)]))
    const built = wrongAt(row.at, good)
    for (const blocks of row.split) rig.claim(...built.splice(0, blocks))
    const one = await started(rig)
    await one.state('wrong')
    const status = await one.node.status()
    const block = 5n + BigInt(row.at)
    expect(status.fault).toMatchObject({
      code: 'CLAIM_BLOCK_WRONG',
      claim: `${row.recorded + 1n}`,
      fault: { code: 'STATE_ROOT', block: `${block}` },
    })
    expect(status.finality.verified.claim).toBe(row.recorded)
    expect(status.block).toBe(row.recorded === 2n ? 4n : 6n)
    // Until the state before the wrong claim stands again, nothing is read.
    await until('a state', () => one.node.reads.conversation(3, 0).then(Boolean, () => false))
    await expect(one.node.reads.block(block)).rejects.toThrow('BLOCK_UNKNOWN')
    const { conversation, entries } = await one.node.reads.conversation(3, 0)
    expect(entries).toBe(conversation.messageCount + conversation.epoch)
    expect((await one.node.reads.history(3, 0, 0n, 1000)).total).toBe(entries)
  })

  test('readings in between › are of one state, and verification comes to its end', async () => {
    const rig = new Rig()
    rig.prepare()
    const { chain } = rig
    for (let claim = 3; claim <= 8; claim += 1)
      rig.claim(chain.build(chain.say(3, 2)), chain.build([...chain.say(40, 1), ...chain.say(3, 1)]))
    const one = await started(rig, { snapshotEveryBlocks: 5 })
    const blocks = new Set<bigint>()
    const read = async (): Promise<void> => {
      const { conversation, block, stateRoot, proof } = await one.node.reads.conversation(3, 0)
      blocks.add(block)
      expect(verifyConversation(stateRoot, 3, 0, conversation, proof.branch)).toBe(true)
      expect(stateRoot).toEqual(rig.built[Number(block) - 1]?.block.header.stateRoot)
    }
    for (let block = 0n; block < 16n; block = (await one.node.status()).block) {
      await read().catch((error: Error) => {
        // Before the state is there, and before the conversation is.
        if (!/NOT_READY|CONVERSATION_UNKNOWN/.test(error.message)) throw error
      })
      // The store is in memory: without this nothing but it would have its turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await one.verified(8n)
    await read()
    expect(blocks.size).toBeGreaterThan(2)
    expect((await one.node.status()).stateRoot).toEqual(chain.parent.stateRoot)
  })
})

describe('state lock', () => {
  test('together › calls run side by side until somebody else asks, who is not passed over', async () => {
    const lock = new StateLock(10)
    const log: string[] = []
    const gates = new Map<string, () => void>()
    const work = (name: string) => async () => {
      log.push(`${name} begins`)
      await new Promise<void>((resolve) => gates.set(name, resolve))
      log.push(`${name} ends`)
    }
    const all = [
      lock.together(work('a')),
      lock.together(work('b')),
      lock.alone(work('read'), 'read'),
      lock.together(work('c')),
    ]
    for (const name of ['b', 'a', 'read', 'c']) {
      while (!gates.has(name)) await Promise.resolve()
      gates.get(name)?.()
    }
    await Promise.all(all)
    expect(log).toEqual(['a begins', 'b begins', 'b ends', 'a ends', 'read begins', 'read ends', 'c begins', 'c ends'])
  })
})
