import { BlockHeaderType, type Bytes32, genesisHeader, hash64 } from '@parley/protocol'
import type { ClaimedRoots } from '@parley/protocol/fraud'
import { config, digestOf } from '../../vectors/people.ts'
import type { Answer } from '../answers.ts'

const zeros: Bytes32[] = [new Uint8Array(32)]
for (let height = 1; height < 12; height += 1) zeros.push(hash64(zeros[height - 1]!, zeros[height - 1]!))

const chunk = (value: number): Bytes32 => {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

/** Root of a tree of `depth` whose first leaf alone is something. */
const alone = (leaf: Bytes32, depth: number): Bytes32 =>
  zeros.slice(0, depth).reduce<Bytes32>((node, zero) => hash64(node, zero), leaf)

const big = (value: number, width: number): Uint8Array =>
  Uint8Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** (width - 1 - i)) % 256)

function packedHeader(): Uint8Array {
  const { number, parent, timestamp, lineage, inboxCount, segmentCount, inboxHash, prices, runsRoot, stateRoot } =
    genesisHeader(config)
  const wide = (value: bigint): Uint8Array => big(Number(value), 8)
  const { coreByte, witnessByte, settlement, stateByte } = prices
  return Buffer.concat([
    ...[wide(number), parent, wide(timestamp), lineage, wide(inboxCount), wide(segmentCount), inboxHash],
    ...[coreByte, witnessByte, settlement, stateByte].map(wide),
    ...[runsRoot, stateRoot],
  ])
}

/**
 * Answers that hash to what a claim says, of lists longer than their types: nobody could encode them, so nobody may answer with them.
 * A batch of one block with one run, of which the page shows the lengths alone.
 */
export function beyondTypes(): (readonly [string, Answer, ClaimedRoots])[] {
  const tree = digestOf('a tree of segments')
  const postRoot = digestOf('a root')
  return [1_025, 2_048, 65_535].map((segments) => {
    const list = hash64(tree, chunk(segments))
    const run = hash64(hash64(chunk(3), list), hash64(postRoot, zeros[0]!))
    const runs = hash64(alone(run, 6), chunk(1))
    const leaf = hash64(BlockHeaderType.hashTreeRoot(genesisHeader(config)), runs)
    const coreRoot = hash64(alone(leaf, 10), chunk(1))
    const data = Buffer.concat([packedHeader(), big(1, 1), big(3, 1), big(segments, 2), postRoot, tree, big(0, 4)])
    const place = { part: 0, block: 0, page: 4_000 }
    const claimed = { coreRoot, witnessRoot: coreRoot, blocks: 1 }
    return [`a run of ${segments} segments`, { place, data: new Uint8Array(data) }, claimed]
  })
}
