import type { LayerProxy, Meddling, Passing } from '@parley/da-adapters/testing'
import { logOf, nodeFollows } from '../stage/following.ts'
import { type DaDrill, unless } from './drill.ts'

const policy = 'ethereum-blobs:celestia'

const json = (status: number, body: object): Meddling => ({
  swallow: { status, type: 'application/json', body: Buffer.from(JSON.stringify(body)) },
})

const asksForBlobs = ({ path }: Passing): boolean => path.includes('/eth/v1/beacon/blobs/')

/** A beacon node that knows every block and answers so when it is asked for blobs. */
function knowingBlocks(beacon: LayerProxy, blobs: () => Meddling): void {
  beacon.meddle((passing) => {
    if (passing.path.includes('/eth/v1/beacon/headers/')) return json(200, { data: {} })
    return asksForBlobs(passing) ? blobs() : 'pass'
  })
}

const beaconPruned: DaDrill = {
  name: 'beacon-pruned',
  byDefault: true,
  policy,
  fault: 'of the node’s two beacon nodes one answers 404 for blobs of a block that it knows, the other 410',
  expected: 'the node reads from the archive, and says that only it has them',
  async play(stage) {
    const { beacons, archive } = stage.fronts
    const [first, second] = beacons
    const before = [first.meddled, second.meddled, archive.seen] as const
    knowingBlocks(first, () => json(404, { code: 404, message: 'Block not found' }))
    second.meddle((passing) => (asksForBlobs(passing) ? json(410, { code: 410, message: 'gone' }) : 'pass'))
    await stage.claimOn('ethereum-blobs', stage.latestClaim())
    await nodeFollows(stage)
    const alarm = 'only an archive has blobs that no beacon node of l1.beaconUrl serves'
    await stage.wait('the node to say that only an archive has blobs', async () =>
      (await logOf(stage, 'node')).includes(alarm) ? true : undefined,
    )
    const hits = Math.min(first.meddled - before[0], second.meddled - before[1])
    const served = archive.seen - before[2]
    return {
      hits,
      detail: `${hits} blobs at least that no beacon node had, ${served} asked of the archive`,
      failures: unless(served > 0, 'the archive was not asked'),
    }
  },
}

const beaconWithoutColumns: DaDrill = {
  name: 'beacon-without-columns',
  byDefault: true,
  policy,
  fault: 'the batcher’s and the node’s first beacon node lack columns, and answer 404 and 500 in turn',
  expected: 'batches are claimed, and the node asks its second beacon node',
  async play(stage) {
    const { batcherBeacon, beacons } = stage.fronts
    const [first, second] = beacons
    const before = [first.meddled, second.seen] as const
    let asked = 0
    const lacking = (): Meddling => {
      asked += 1
      return asked % 2 === 1
        ? json(404, { code: 404, message: 'node does not custody enough data columns to reconstruct blobs' })
        : json(500, { code: 500, message: 'Insufficient data columns to reconstruct blobs' })
    }
    knowingBlocks(batcherBeacon, lacking)
    knowingBlocks(first, lacking)
    const { claim } = await stage.claimOn('ethereum-blobs', stage.latestClaim())
    await stage.claimOn('ethereum-blobs', claim.number)
    await nodeFollows(stage)
    const hits = first.meddled - before[0]
    return {
      hits,
      detail: `${hits} answers without columns`,
      failures: unless(second.seen > before[1], 'the second beacon node was not asked'),
    }
  },
}

/** The first bytes of a blob that are not padding, turned around; the length stays. */
function turned(body: Uint8Array): Uint8Array {
  const other = body.slice()
  for (let i = 1; i < Math.min(32, other.length); i += 1) other[i] = 0xff - (other[i] ?? 0)
  return other
}

const beaconLies: DaDrill = {
  name: 'beacon-lies',
  byDefault: false,
  policy,
  fault: 'the node’s first beacon node serves other blobs of the right length',
  expected: 'the node counts them against it, and asks the second one',
  async play(stage) {
    const [first, second] = stage.fronts.beacons
    const before = [first.meddled, second.seen] as const
    first.meddle((passing) =>
      asksForBlobs(passing) ? { answer: (real) => ({ ...real, body: lied(real.type, real.body) }) } : 'pass',
    )
    await stage.claimOn('ethereum-blobs', stage.latestClaim())
    await nodeFollows(stage)
    const hits = first.meddled - before[0]
    const told = (await logOf(stage, 'node')).includes('a source served what is not the blob')
    return {
      hits,
      detail: `${hits} false answers`,
      failures: [
        ...unless(second.seen > before[1], 'the second beacon node was not asked'),
        ...unless(told, 'the node did not say that a source lied'),
      ],
    }
  },
}

function lied(type: string, body: Uint8Array): Uint8Array {
  if (!type.includes('json')) return turned(body)
  const told = JSON.parse(Buffer.from(body).toString()) as { readonly data: readonly string[] }
  const data = told.data.map((blob) => `0x${Buffer.from(turned(Buffer.from(blob.slice(2), 'hex'))).toString('hex')}`)
  return Buffer.from(JSON.stringify({ ...told, data }))
}

export const beaconDrills: readonly DaDrill[] = [beaconPruned, beaconWithoutColumns, beaconLies]
