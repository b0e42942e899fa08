import {
  CodedError,
  findHistoryGap,
  type HistoryEntry,
  SettlementError,
  sameBytes,
  verifyAccount,
  verifyConversation,
} from '@parley/protocol'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { config } from './support/chain.ts'
import { Rig, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

describe('node', () => {
  test('verification › every root of every claim is compared and the builder’s state is reached', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await one.verified(2n)
    const status = await one.node.status()
    expect(status.block).toBe(4n)
    expect(status.stateRoot).toEqual(rig.chain.parent.stateRoot)
    expect(status.rootsEqual).toBe(status.rootsCompared)
    const segments = rig.built.flatMap(({ block }) => block.runs).reduce((sum, run) => sum + run.segments.length, 0)
    // Each segment's, the runs' and the state's root of four blocks; core and witness of two claims.
    expect(status.rootsCompared).toBe(BigInt(segments + 2 * 4 + 2 * 2))
    expect(status.finality).toMatchObject({ claimed: { claim: 2n, block: 4n }, final: { claim: 0n, block: 0n } })
  })

  test('verification › that has caught up is logged in one line, with all roots that were compared', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await one.verified(2n)
    const { rootsCompared, rootsEqual } = await one.node.status()
    const told = rig.logged.filter(({ msg }) => String(msg).startsWith('caught up'))
    expect(told.at(-1)).toMatchObject({
      claim: 2,
      block: 4,
      rootsCompared: Number(rootsCompared),
      rootsEqual: Number(rootsEqual),
    })
  })

  test('verification › has not caught up before the L2 was read to its head', async () => {
    const rig = new Rig()
    rig.prepare()
    rig.l2.setUnreadable(new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'not yet' }))
    await started(rig)
    await until('a state', async () => rig.logged.some(({ msg }) => msg === 'state restored'))
    rig.l2.setUnreadable(undefined)
    const caughtUp = () => rig.logged.filter(({ msg }) => String(msg).startsWith('caught up'))
    await until('the line', async () => caughtUp().some(({ claim }) => claim === 2))
    expect(caughtUp().filter(({ claim }) => claim === 0)).toEqual([])
  })

  test('verification › an empty data directory reaches the same roots', async () => {
    const rig = new Rig()
    rig.prepare()
    const first = await started(rig)
    await first.verified(2n)
    const second = await started(rig, {}, new MemoryLevel<string, string>())
    await second.verified(2n)
    const [a, b] = [await first.node.status(), await second.node.status()]
    expect(b.shardRoots).toEqual(a.shardRoots)
    expect(b.stateRoot).toEqual(rig.chain.parent.stateRoot)
  })

  test('reading › a conversation’s proof leads to the state root and its record is complete', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await one.verified(2n)
    const read = await one.node.reads.conversation(3, 0)
    expect(read.conversation).toEqual(rig.chain.conversation(3))
    expect(read).toMatchObject({ block: 4n, claim: 2n, endsClaim: true, finality: 'claimed' })
    expect(verifyConversation(rig.chain.parent.stateRoot, 3, 0, read.conversation, read.proof.branch)).toBe(true)
    const { entries, total } = await one.node.reads.history(3, 0, 0n, 100)
    expect(total).toBe(42n)
    expect(read.entries).toBe(42n)
    const history = entries.map(
      ({ event }): HistoryEntry =>
        event.selector === 0 ? { kind: 'message', ...event.value } : { kind: 'change', change: event.value },
    )
    expect(findHistoryGap(config.chainId, read.conversation, 2, history)).toBeUndefined()
    expect(findHistoryGap(config.chainId, read.conversation, 2, history.slice(1))?.kind).toBe('count')
  })

  test('reading › an account’s proof leads to the state root', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await one.verified(2n)
    const { account, proof, stateRoot } = await one.node.reads.account(40, 0)
    expect(sameBytes(stateRoot, rig.chain.parent.stateRoot)).toBe(true)
    expect(verifyAccount(stateRoot, 40, 0, account, proof.branch)).toBe(true)
    await expect(one.node.reads.account(41, 0)).rejects.toThrow('ACCOUNT_UNKNOWN')
  })

  test('reading › what is final is called so', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await one.verified(2n)
    const hash = rig.claims[0]?.hash as Uint8Array
    rig.l2.mine({ kind: 'final', number: 1n, hash })
    await until('finality', async () => (await one.node.status()).finality.final.claim === 1n)
    expect((await one.node.reads.block(2n)).finality).toBe('final')
    expect((await one.node.reads.block(3n)).finality).toBe('claimed')
    expect((await one.node.reads.claim('final')).record.hash).toEqual(hash)
    expect((await one.node.reads.conversation(3, 0)).finality).toBe('claimed')
  })

  test('record › a forced message counts when it was applied and not when it was skipped', async () => {
    const rig = new Rig()
    rig.prepare()
    const { chain } = rig
    const [good] = chain.say(3, 1)
    if (good?.kind !== 'message') throw new TypeError('a message was asked for')
    const { message, signature } = good
    const forced = (with_: Uint8Array) => chain.enqueue({ selector: 2, value: { shard: 3, message, signature: with_ } })
    const { change, signatures } = chain.changeOf(40, { roles: [{ slot: 1, role: 2 }] })
    const operation = chain.enqueue({
      selector: 1,
      value: { sender: new Uint8Array(20), operation: { selector: 1, value: change }, signatures },
    })
    const items = [operation, forced(signature.map((byte) => byte ^ 1)), forced(signature), forced(signature)]
    rig.l2.mine(...items.map((queued) => ({ kind: 'item', queued }) as const))
    rig.claim(chain.build([], 4))
    const one = await started(rig)
    await one.verified(3n)
    const { entries } = await one.node.reads.history(3, 0, 42n, 10)
    expect(entries.map(({ forced: through, event }) => [through, event.selector])).toEqual([[true, 0]])
    expect((await one.node.reads.history(40, 0, 0n, 10)).entries.at(-1)).toMatchObject({
      forced: true,
      event: { selector: 1 },
    })
    const { conversation, entries: count } = await one.node.reads.conversation(3, 0)
    expect(count).toBe(43n)
    expect(conversation).toEqual(chain.conversation(3))
  })

  test('deployment › a data directory of another one is refused', async () => {
    const rig = new Rig()
    rig.prepare()
    const first = await started(rig)
    await first.verified(2n)
    await first.stop()
    rig.l2.config = async () => ({ ...config, inbox: new Uint8Array(20).fill(9) })
    const second = await started(rig)
    const error = await second.ended
    expect(error).toBeInstanceOf(CodedError)
    expect((error as CodedError).fault.code).toBe('STORE_FOREIGN')
    expect((await second.node.status()).state).toBe('failed')
  })
})
