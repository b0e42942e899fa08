import { hash } from 'node:crypto'
import { verifyConversation } from '@parley/protocol'
import { MemoryLevel } from 'memory-level'
import { expect, test } from 'vitest'
import type { NodeStore, SnapshotSource } from '../src/index.ts'
import { decodeManifest, encodeManifest } from '../src/snapshot/manifest.ts'
import { type Rig, type Running, until } from './support/rig.ts'
import { chainOfThree, makeFinal, partOf, servedAt } from './support/snapshots.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()
const options = { snapshotEveryBlocks: 3 }
const empty = (): NodeStore => new MemoryLevel<string, string>()
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A source that counts what it served. */
class Mirror implements SnapshotSource {
  readonly name: string
  described: Uint8Array
  readonly held: Map<string, Uint8Array>
  /** By digest: how often it was asked for. */
  readonly asked = new Map<string, number>()
  /** Called before a part is served. */
  before: (signal: AbortSignal) => Promise<void> = async () => undefined

  constructor(name: string, described: Uint8Array, held: ReadonlyMap<string, Uint8Array>) {
    this.name = name
    this.described = described
    this.held = new Map(held)
  }

  async manifest(): Promise<Uint8Array> {
    return this.described
  }
  async part(digest: Uint8Array, _bytes: number, signal: AbortSignal): Promise<Uint8Array> {
    await this.before(signal)
    const key = hexOf(digest)
    this.asked.set(key, (this.asked.get(key) ?? 0) + 1)
    const part = this.held.get(key)
    if (part === undefined) throw new TypeError(`${this.name} was asked for what it does not list`)
    return part
  }

  /** Says that a shard has another state, and serves that. */
  lie(shard: number): void {
    const manifest = decodeManifest(this.name, this.described)
    const shards = manifest.shards.map((each) => ({ ...each, parts: [...each.parts] }))
    const [part] = shards[shard]!.parts
    const other = Uint8Array.from(this.held.get(hexOf(part!.digest))!)
    other[other.length - 9]! ^= 1
    const digest = new Uint8Array(hash('sha256', other, 'buffer'))
    shards[shard]!.parts[0] = { digest, bytes: other.length }
    this.held.set(hexOf(digest), other)
    this.described = encodeManifest({ ...manifest, shards })
  }
}

/** A chain of three claims, the second final, whose first two have no data any more; and two mirrors. */
async function world(): Promise<{ rig: Rig; mirrors: [Mirror, Mirror] }> {
  const rig = chainOfThree()
  const one = await started(rig, options)
  await one.verified(3n)
  makeFinal(rig, 2)
  const { bytes, manifest } = await servedAt(one, 2n)
  const held = new Map<string, Uint8Array>()
  for (const { digest } of manifest.shards.flatMap(({ parts }) => parts))
    held.set(hexOf(digest), await partOf(one, digest))
  for (const { claim } of rig.claims.slice(0, 2)) {
    rig.core.lost.add(hexOf(claim.core.pointer))
    rig.witness.lost.add(hexOf(claim.witness.pointer))
  }
  return { rig, mirrors: [new Mirror('a', bytes, held), new Mirror('b', bytes, held)] }
}

async function expectJoined(rig: Rig, one: Running): Promise<void> {
  await one.verified(BigInt(rig.claims.length))
  const { joined, stateRoot } = await one.node.status()
  expect(joined).toEqual({ claim: 2n, block: 4n })
  expect(stateRoot).toEqual(rig.chain.parent.stateRoot)
}

const faultsOf = (rig: Rig): unknown[] => rig.logged.map(({ fault }) => (fault as { code?: string } | undefined)?.code)

test('join › over data that is gone, the node follows and says what it does not know', async () => {
  const { rig, mirrors } = await world()
  rig.snapshotSources = mirrors
  const one = await started(rig, options, empty())
  await expectJoined(rig, one)
  rig.claim(rig.chain.build(rig.chain.say(3, 1)))
  await expectJoined(rig, one)
  const { reads } = one.node
  const unknown = (what: string, asked: bigint, first: bigint) => ({
    fault: { code: 'HISTORY_UNKNOWN', what, asked, first },
  })
  await expect(reads.history(3, 0, 0n, 10)).rejects.toMatchObject(unknown('entry', 0n, 42n))
  await expect(reads.history(40, 0, 1n, 10)).rejects.toMatchObject(unknown('entry', 1n, 2n))
  await expect(reads.block(4n)).rejects.toMatchObject(unknown('block', 4n, 5n))
  expect(() => reads.changes(3n, [])).toThrow(expect.objectContaining(unknown('changes', 3n, 4n)))
  const { total, entries } = await reads.history(3, 0, 42n, 10)
  expect([total, entries.length]).toEqual([45n, 3])
  expect((await reads.block(5n)).block.header.number).toBe(5n)
  expect((await reads.claim(1n)).state).toBe('joined')
  expect((await reads.claim(3n)).state).toBe('verified')
  const { conversation, proof, stateRoot } = await reads.conversation(3, 0)
  expect(conversation).toEqual(rig.chain.conversation(3))
  expect(verifyConversation(stateRoot, 3, 0, conversation, proof.branch)).toBe(true)
  expect((await servedAt(one, 2n)).bytes).toEqual(mirrors[0].described)
})

test('join › a source that lies about a shard costs that shard and is asked no more', async () => {
  const { rig, mirrors } = await world()
  const [liar, honest] = mirrors
  liar.lie(3)
  rig.snapshotSources = mirrors
  await expectJoined(rig, await started(rig, options, empty()))
  expect(faultsOf(rig)).toContain('SNAPSHOT_SHARD_WRONG')
  // Shards 0 to 2 are alike, as are most: parts by digest.
  const wasted = [...liar.asked.keys()].filter((digest) => !honest.held.has(digest))
  expect(wasted).toHaveLength(1)
  expect(Math.max(...honest.asked.values())).toBe(1)
  const shard40 = hexOf(decodeManifest('b', honest.described).shards[40]!.parts[0]!.digest)
  expect([liar.asked.has(shard40), honest.asked.has(shard40)]).toEqual([false, true])
})

test('join › a part with other bytes is asked of another source', async () => {
  const { rig, mirrors } = await world()
  const [liar, honest] = mirrors
  for (const [digest, part] of liar.held)
    liar.held.set(
      digest,
      Uint8Array.from(part, (byte) => byte ^ 1),
    )
  rig.snapshotSources = mirrors
  await expectJoined(rig, await started(rig, options, empty()))
  expect(faultsOf(rig)).toContain('SNAPSHOT_PART_INVALID')
  expect([...liar.asked.values()]).toEqual([1])
  expect([...honest.asked.keys()].sort()).toEqual([...honest.held.keys()].sort())
})

test('join › ended after every part, it goes on with the next and fetches none twice', async () => {
  const { rig, mirrors } = await world()
  const [mirror] = mirrors
  rig.snapshotSources = [mirror]
  const store = empty()
  let ends = 0
  for (let asked = -1; asked < mirror.asked.size; ends += 1) {
    asked = mirror.asked.size
    let reached = false
    let left = 8
    mirror.before = async (signal) => {
      left -= 1
      if (left >= 0) return
      reached = true
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    }
    const one = await rig.start(options, store)
    await until('a part is asked for, or all are there', async () => {
      return reached || (await one.node.status()).joined !== undefined
    })
    await one.stop()
  }
  expect(ends).toBeGreaterThan(2)
  expect([...mirror.asked.values()]).toEqual([...mirror.held.keys()].map(() => 1))
  rig.snapshotSources = []
  await expectJoined(rig, await started(rig, options, store))
})

test('join › a snapshot whose claim is not final is none until it is', async () => {
  const { rig, mirrors } = await world()
  rig.l2.reorganise(1, [])
  makeFinal(rig, 1)
  rig.snapshotSources = mirrors
  const one = await started(rig, options, empty())
  await until('the fault', () => faultsOf(rig).includes('SNAPSHOT_NOT_FINAL'))
  expect((await one.node.status()).joined).toBeUndefined()
  expect(mirrors[0].asked.size).toBe(0)
  makeFinal(rig, 2)
  await expectJoined(rig, one)
})
