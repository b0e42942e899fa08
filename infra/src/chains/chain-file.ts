import { z } from 'zod'
import { InfraError } from '../faults.ts'

const uint = z
  .string()
  .regex(/^[1-9]\d{0,26}$/, 'is no decimal number above 0')
  .transform(BigInt)
const seconds = z.int().min(1).max(31_536_000)
const gwei = z.int().min(1).max(1_000_000)

/** What roles do by themselves on this chain, by the keys of settings; the command holds each to the bounds of its setting. */
const settings = z.strictObject({
  'l1.slots': z.enum(['beacon', 'block-number']),
  'l1.maxFeeGwei': gwei,
  'l1.maxTipGwei': gwei,
  'l1.maxBlobFeeGwei': gwei,
  'l1.settleBlocks': z.int().min(1),
  'l2.maxBatch': z.int().min(1),
  'l2.maxBlocksPerPage': z.int().min(1),
  'l2.nearBlocks': z.int().min(1),
  'l2.pollMs': z.int().min(1),
  'l2.maxFeeGwei': gwei,
  'da.confirmations': z.union([z.int().min(1), z.literal('finalized')]),
})

const schema = z.strictObject({
  version: z.literal(1),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is no name of lower-case letters, digits and hyphens'),
  title: z.string().min(1).max(64),
  chainId: uint,
  l1: z.strictObject({
    chainId: uint,
    slotSeconds: z.int().min(1).max(600),
    /** Share of slots without a block that windows allow for. */
    missedSlotsPercent: z.int().min(0).max(90),
    /** Epochs of 32 slots for which every node serves blobs. */
    blobEpochs: z.int().min(1).max(1_000_000),
  }),
  blockSeconds: z.int().min(1).max(600),
  /** L1 blocks within which the L2 includes what was sent to it through the L1. */
  sequencerWindow: z.int().min(1).max(100_000),
  /** Gas of a block that the chain has had since its beginning. */
  leastBlockGas: uint,
  /** Where each fact was found, by the fields that it is about. */
  sources: z.record(z.string().min(1), z.string().min(1).max(200)),
  settings,
  /** Where the contracts' parameters differ from those of the preset `production`; times in seconds, amounts in wei. */
  contracts: z.strictObject({
    windows: z.strictObject({ challenge: seconds, data: seconds, answer: seconds, proof: seconds }),
    challengeAfter: seconds,
    forceDelay: seconds,
    silenceLimit: seconds,
    notice: seconds,
    upgradeNotice: seconds,
    evidencePeriod: seconds,
    bond: uint,
    rescueBond: uint,
    committee: z.strictObject({ stake: uint, fault: uint }),
  }),
})

/** A public chain that Parley is deployed on: what it is, where that was found, and what follows for contracts and roles. */
export type ChainFile = z.infer<typeof schema>

/**
 * @param json - As a file of `infra/l2` holds it.
 * @throws {InfraError} `CHAIN_FILE_INVALID` naming the first field that is wrong, missing or unknown.
 */
export function parseChainFile(json: unknown): ChainFile {
  const { success, data, error } = schema.safeParse(json)
  if (success) return data
  const [issue] = error.issues
  const field = issue?.path.join('.') || '(file)'
  throw new InfraError({ code: 'CHAIN_FILE_INVALID', field, reason: issue?.message ?? 'is wrong' })
}

/** Seconds within which the L2 includes a transaction that its sequencer refuses, where the L1 misses as many slots as the file allows for. */
export function forcedInclusionOf({ sequencerWindow, l1 }: Pick<ChainFile, 'sequencerWindow' | 'l1'>): number {
  return Math.ceil((sequencerWindow * l1.slotSeconds * 100) / (100 - l1.missedSlotsPercent))
}
