import type { StandingClaim } from '@parley/cli/roles'
import { DaLayer } from '@parley/protocol'
import { type Hex, hexToNumber } from 'viem'
import { l1Head, type MinedTransaction, minedSince } from '../stage/l1-transactions.ts'
import type { Stage } from '../stage/stage.ts'
import { type DaDrill, unless } from './drill.ts'

const policy = 'ethereum-blobs:celestia'

const depth = 3

/** Block that has a transaction; undefined when the canonical chain has it nowhere. */
async function blockOf({ l1 }: Stage, hash: Hex): Promise<number | undefined> {
  const receipt = await l1<{ blockNumber: Hex } | null>('eth_getTransactionReceipt', hash)
  return receipt === null ? undefined : hexToNumber(receipt.blockNumber)
}

/** Takes the latest blocks back and makes as many others without a transaction. @returns what of these is in no block then. */
async function takeBack(
  stage: Stage,
  blocks: number,
  some: readonly MinedTransaction[],
): Promise<readonly MinedTransaction[]> {
  await stage.l1('anvil_reorg', blocks, [])
  const found = await Promise.all(
    some.map(async (one) => ((await blockOf(stage, one.hash)) === one.block ? [] : [one])),
  )
  return found.flat()
}

/**
 * Waits until all are in a block again, at their nonces: as they were, or for more where that took blocks.
 * @returns what the L1 has of them then.
 */
function includedAgain(stage: Stage, some: readonly MinedTransaction[]): Promise<readonly MinedTransaction[]> {
  const from = Math.min(...some.map(({ block }) => block)) - depth
  return stage.wait('what a reorganisation took to be included again', async () => {
    const mined = (await minedSince(stage, from)).filter(({ carries }) => carries === 'parts')
    const again = some.flatMap(({ nonce }) => mined.find((one) => one.nonce === nonce) ?? [])
    return again.length === some.length ? again : undefined
  })
}

/** How many of some are among others as they were. */
const unchanged = (some: readonly MinedTransaction[], others: readonly MinedTransaction[]): number =>
  some.filter(({ hash }) => others.some((one) => one.hash === hash)).length

/** Where the pointers of a claim say that blobs are. */
const hintsOf = ({ claim }: StandingClaim): readonly number[] =>
  [claim.core, claim.witness]
    .filter(({ layer }) => layer === DaLayer.ethereumBlobs)
    .map(({ pointer }) => Number(Buffer.from(pointer).readBigUInt64BE(1)))

const reorgBeforeClaim: DaDrill = {
  name: 'reorg-before-claim',
  byDefault: true,
  policy,
  fault: 'the L1 takes back three blocks with parts in them, before their batch is claimed',
  expected: 'the same parts are included again at their nonces, and the claim points to where they are then',
  async play(stage) {
    const from = stage.latestClaim()
    const taken = await stage.wait('parts in one of the two latest blocks', async () => {
      const fresh = (await minedSince(stage, (await l1Head(stage)) - 1)).filter(({ carries }) => carries === 'parts')
      if (fresh.length === 0) return undefined
      const gone = await takeBack(stage, depth, fresh)
      return gone.length > 0 ? gone : undefined
    })
    const again = await includedAgain(stage, taken)
    const blocks = again.map(({ block }) => block)
    const { claim } = await stage.wait('a claim that points to where they are then', () =>
      stage.claimsAfter(from).find((each) => hintsOf(each).some((hint) => blocks.includes(hint))),
    )
    const places = blocks.join(', ')
    return {
      hits: taken.length,
      detail: `${taken.length} transactions taken back, ${unchanged(taken, again)} of them included as they were, in ${places}; claim ${claim.number} points there`,
      failures: [],
    }
  },
}

const reorgAfterClaim: DaDrill = {
  name: 'reorg-after-claim',
  byDefault: false,
  policy,
  fault: 'the L1 takes back blocks with parts of a claim that the node has not read yet',
  expected: 'the same parts are included again at their nonces, and the node finds them by their hashes',
  async play(stage) {
    const { pid } = stage.stack.roles.get('node')
    process.kill(pid, 'SIGSTOP')
    try {
      const claimed = await stage.claimOn('ethereum-blobs', stage.latestClaim())
      const hints = hintsOf(claimed)
      const first = Math.min(...hints)
      const parts = (await minedSince(stage, first)).filter(({ carries }) => carries === 'parts')
      const taken = await takeBack(stage, (await l1Head(stage)) - first + 1, parts)
      const again = await includedAgain(stage, taken)
      const moved = (await minedSince(stage, first)).filter(({ block }) => hints.includes(block))
      return {
        hits: taken.length,
        detail: `${taken.length} transactions taken back behind claim ${claimed.claim.number}, ${unchanged(taken, again)} of them included as they were`,
        failures: unless(
          moved.every(({ nonce }) => parts.every((one) => one.nonce !== nonce)),
          'parts are where the claim says that they are',
        ),
      }
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  },
}

export const reorgDrills: readonly DaDrill[] = [reorgBeforeClaim, reorgAfterClaim]
