import { decodeManifest, type SnapshotManifest } from '../../src/snapshot/manifest.ts'
import { Rig, type Running, until } from './rig.ts'

/** Three claims: two prepared, and one of a single block. */
export function chainOfThree(): Rig {
  const rig = new Rig()
  rig.prepare()
  rig.claim(rig.chain.build([...rig.chain.say(3, 2), ...rig.chain.say(40, 1)]))
  return rig
}

export function makeFinal(rig: Rig, claim: number): void {
  rig.l2.mine({ kind: 'final', number: BigInt(claim), hash: rig.claims[claim - 1]?.hash as Uint8Array })
}

const digits = (digest: Uint8Array): string => Buffer.from(digest).toString('hex')

/** Octets that a node serves. */
export async function octetsOf(one: Running, path: string): Promise<Uint8Array> {
  const response = await fetch((await one.url()) + path)
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

export const partOf = (one: Running, digest: Uint8Array): Promise<Uint8Array> =>
  octetsOf(one, `/v1/snapshots/parts/${digits(digest)}`)

/** Waits until a node serves a snapshot of this claim. */
export async function servedAt(
  one: Running,
  claim: bigint,
): Promise<{ bytes: Uint8Array; manifest: SnapshotManifest }> {
  let bytes = new Uint8Array(0)
  await until(`snapshot of claim ${claim} served`, async () => {
    const manifest = await one.node.reads.snapshotManifest().catch(() => undefined)
    if (manifest === undefined) return false
    bytes = Uint8Array.from(manifest)
    return decodeManifest('test', bytes).claim === claim
  })
  return { bytes, manifest: decodeManifest('test', bytes) }
}
