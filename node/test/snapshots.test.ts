import { hash } from 'node:crypto'
import { ShardCheck } from '@parley/execution'
import { expect, test } from 'vitest'
import { decodeManifest, encodeManifest, type SnapshotManifest } from '../src/snapshot/manifest.ts'
import { partBytesFor } from '../src/snapshot/part-size.ts'
import { type Rig, until } from './support/rig.ts'
import { chainOfThree, makeFinal, partOf, servedAt } from './support/snapshots.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()
/** The second claim ends in the second span. */
const options = { snapshotEveryBlocks: 3 }

async function served(): Promise<{ rig: Rig; bytes: Uint8Array; manifest: SnapshotManifest }> {
  const rig = chainOfThree()
  const one = await started(rig, options)
  await one.verified(3n)
  makeFinal(rig, 2)
  return { rig, ...(await servedAt(one, 2n)) }
}

test('snapshot › of a final state consists of parts that lead to the roots of its claim', async () => {
  const rig = chainOfThree()
  const one = await started(rig, options)
  await one.verified(3n)
  makeFinal(rig, 2)
  const { manifest } = await servedAt(one, 2n)
  const { claim, hash: claimHash } = rig.claims[1]!
  expect(manifest).toMatchObject({ claim: 2n, claimHash, header: claim.lastHeader })
  for (const [shard, { root, parts }] of manifest.shards.entries()) {
    const check = new ShardCheck(shard)
    for (const { digest, bytes } of parts) {
      const part = await partOf(one, digest)
      expect([hash('sha256', part, 'hex'), part.length]).toEqual([Buffer.from(digest).toString('hex'), bytes])
      check.read(part)
    }
    expect(check.root()).toEqual(root)
    if (shard === 3) expect([...check.entries()]).toEqual([42n])
  }
  const part = `${await one.url()}/v1/snapshots/parts/${Buffer.from(manifest.shards[3]!.parts[0]!.digest).toString('hex')}`
  const first = await fetch(part)
  expect(first.headers.get('cache-control')).toContain('immutable')
  const etag = first.headers.get('etag') as string
  expect((await fetch(part, { headers: { 'if-none-match': etag } })).status).toBe(304)
})

test('snapshot › of nodes that verified in other steps is the same to the byte', async () => {
  const [eager, late] = [chainOfThree(), chainOfThree()]
  const one = await started(eager, options)
  await one.verified(3n)
  for (const claim of [1, 2, 3]) {
    makeFinal(eager, claim)
    await until(`claim ${claim} final`, async () => (await one.node.status()).finality.final.claim === BigInt(claim))
  }
  for (const claim of [1, 2, 3]) makeFinal(late, claim)
  const other = await started(late, options)
  await other.verified(3n)
  const [a, b] = [await servedAt(one, 2n), await servedAt(other, 2n)]
  expect(a.bytes).toEqual(b.bytes)
})

test('snapshot › of a state beyond the bound is not written', async () => {
  const rig = chainOfThree()
  const one = await started(rig, { servedBytes: 100 })
  await one.verified(3n)
  makeFinal(rig, 2)
  await until('the log', () => rig.logged.some(({ msg }) => String(msg).includes('too large to be served')))
  await expect(one.node.reads.snapshotManifest()).rejects.toMatchObject({ fault: { code: 'SNAPSHOT_UNKNOWN' } })
})

test('snapshot › two are served, and those before them are forgotten', async () => {
  const rig = chainOfThree()
  rig.claim(rig.chain.build(rig.chain.say(3, 1)))
  const one = await started(rig, { snapshotEveryBlocks: 1, snapshotsKept: 1 })
  await one.verified(4n)
  const digests = new Map<bigint, Uint8Array>()
  for (const claim of [1, 2, 3]) {
    makeFinal(rig, claim)
    const { manifest } = await servedAt(one, BigInt(claim))
    digests.set(BigInt(claim), manifest.shards[3]!.parts[0]!.digest)
  }
  await expect(one.node.reads.snapshotPart(digests.get(1n)!)).rejects.toMatchObject({
    fault: { code: 'SNAPSHOT_PART_UNKNOWN' },
  })
  expect((await one.node.reads.snapshotPart(digests.get(2n)!)).length).toBeGreaterThan(0)
})

test('manifest › has one form, and every fault names its field', async () => {
  const { bytes, manifest } = await served()
  expect(encodeManifest(decodeManifest('test', bytes))).toEqual(bytes)
  const refused = (spoilt: Uint8Array, field: string) => {
    expect(() => decodeManifest('mirror', spoilt)).toThrow(
      expect.objectContaining({
        fault: expect.objectContaining({ code: 'SNAPSHOT_MANIFEST_INVALID', source: 'mirror', field }),
      }),
    )
  }
  const spoilt = (change: (shards: { root: Uint8Array; parts: { digest: Uint8Array; bytes: number }[] }[]) => void) => {
    const shards = manifest.shards.map(({ root, parts }) => ({ root, parts: parts.map((part) => ({ ...part })) }))
    change(shards)
    return encodeManifest({ ...manifest, shards })
  }
  refused(Uint8Array.from([2, ...bytes.subarray(1)]), 'form')
  refused(Uint8Array.from([...bytes, 0]), 'manifest')
  refused(bytes.subarray(0, -1), 'manifest')
  refused(new Uint8Array(16 * 2 ** 20 + 1), 'bytes')
  refused(
    spoilt((shards) => shards[5]!.parts.splice(0)),
    'shards[5].parts',
  )
  refused(
    spoilt((shards) => (shards[6]!.parts[0]!.bytes = 0)),
    'shards[6].parts[0].bytes',
  )
  refused(
    spoilt((shards) => (shards[7]!.parts[0]!.bytes = 8 * 2 ** 20 + 1)),
    'shards[7].parts[0].bytes',
  )
  refused(
    spoilt((shards) => (shards[8]!.root = new Uint8Array(32))),
    'shards',
  )
})

test.each([
  [0, 4_096],
  [2 ** 24, 4_096],
  [2 ** 30, 2 ** 18],
  [2 ** 30 - 1, 2 ** 17],
  [2 ** 40, 2 ** 20],
])('part size › follows from the state alone: %d bytes, parts of %d', (state, part) => {
  expect(partBytesFor(state)).toBe(part)
})
