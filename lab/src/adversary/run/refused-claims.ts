import type { rollupAbi } from '@parley/contracts'
import { type ClaimRequest, limits, sameBytes } from '@parley/protocol'
import { bytesToHex, type ContractFunctionArgs } from 'viem'
import { complete } from '../forger/draft.ts'
import { requestOf, signHeader } from '../stage/claim.ts'
import { opportunity, type Stage } from '../stage/stage.ts'
import { abiOf, refusalOf } from '../stage/standing.ts'
import { anyLie, goOn, tellLie } from './lie.ts'
import { refusedTrial, type Trial } from './outcome.ts'

type Header = ClaimRequest['lastHeader']
type AbiRequest = ContractFunctionArgs<typeof rollupAbi, 'nonpayable', 'claim'>[0]

interface Surroundings {
  /** Who signs the last header. */
  readonly keyOf?: (stage: Stage) => Uint8Array
  readonly before?: (stage: Stage) => Promise<void>
}

/** A claim that the contract refuses at once. @param change - What is other than in a right claim of the round. */
const refused = (
  name: string,
  error: string,
  change: (stage: Stage, header: Header) => Promise<Partial<Header>>,
  { keyOf = ({ roles }) => roles.sequencer.secret, before = async () => undefined }: Surroundings = {},
): Trial =>
  refusedTrial(name, [error], async (stage) => {
    await before(stage)
    const chance = await opportunity(stage, [])
    const request = await requestOf(stage, chance, complete(chance.scene.ground, chance.scene.blocks))
    const lastHeader: Header = { ...request.lastHeader, ...(await change(stage, request.lastHeader)) }
    const signature = signHeader(stage, lastHeader, keyOf(stage))
    const found = await refusalOf(stage, stage.claimerWallet.account.address, {
      functionName: 'claim',
      args: [abiOf<AbiRequest>({ ...request, lastHeader, lineage: lastHeader.lineage }), bytesToHex(signature)],
    })
    await goOn(stage, request.number)
    return found
  })

const hour = 3_600_000n
/** Enough for more segments than a batch may have, were it not for the bound of the batch. */
const blocks = 16n

/** Waits until a header's time is refused no more. */
async function timeOf({ l2, wait }: Stage, timestamp: bigint): Promise<void> {
  await wait('the time of the header', async () => {
    const { timestamp: now } = await l2.client.getBlock()
    return now * 1_000n >= timestamp ? true : undefined
  })
}

/** The header as it is, once the L2 has come to its time. */
async function inTime(stage: Stage, { timestamp }: Header): Promise<Partial<Header>> {
  await timeOf(stage, timestamp)
  return {}
}

/** A header of more blocks. */
async function ofMoreBlocks(stage: Stage, header: Header): Promise<Partial<Header>> {
  const number = header.number + blocks
  const timestamp = header.timestamp + blocks * limits.minBlockIntervalMs
  await timeOf(stage, timestamp)
  return { number, timestamp, segmentCount: header.segmentCount + BigInt(limits.segmentsPerBatch) + 1n }
}

/** Ends the first lineage, if that was not done yet. */
async function endFirstLineage(stage: Stage): Promise<void> {
  const lineage = await stage.claimer.lineage(stage.signal)
  if (sameBytes(lineage, stage.config.genesis.lineage)) await tellLie(stage, anyLie)
}

export const refusedClaims: readonly Trial[] = [
  refused('header-not-signed', 'Rollup_NotSealed', inTime, {
    keyOf: ({ roles }) => roles.verifier.secret,
  }),
  refused('claim-too-large', 'Rollup_SegmentCountOutOfRange', ofMoreBlocks),
  refused('ahead-of-the-l2', 'Rollup_TimestampOutOfRange', async (_, { timestamp }) => ({
    timestamp: timestamp + hour,
  })),
  refused('old-lineage', 'Rollup_LineageMismatch', async ({ config }) => ({ lineage: config.genesis.lineage }), {
    before: endFirstLineage,
  }),
]
