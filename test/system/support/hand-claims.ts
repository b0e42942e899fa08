import {
  coreRoot,
  domainSeparator,
  encodeCore,
  encodeWitness,
  headerDigest,
  runsRoot,
  type SealedBlock,
  signDigestRecoverable,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import { bytesToHex } from 'viem'
import { eventually } from './eventually.ts'
import { forever } from './l2.ts'
import { type ClaimRemover, fillBond, inQuestion } from './remove-claim.ts'
import type { Rollup } from './rollup.ts'
import { until } from './until.ts'

/** What a claim made by hand says, and what of its data is published. */
export interface HandClaim {
  readonly sealed: SealedBlock
  readonly core?: Uint8Array
  readonly coreRoot?: Uint8Array
  readonly witness?: Uint8Array
}

const nowhere = new Uint8Array(40).fill(3)

/** Bytes of a block's signatures, and of the rest of it, as a DA layer has them. */
export const signedBytes = ({ witness }: SealedBlock): Uint8Array => encodeWitness([witness])
export const typedBytes = ({ block }: SealedBlock): Uint8Array => encodeCore([skeletonOf(block)])

/** Who takes claims of a rollup back in tests. */
export const removerOf = ({ chain, deployment, roles }: Rollup): ClaimRemover => ({
  url: chain.url,
  rollup: deployment.rollup,
  account: roles.verifier,
  filler: roles.deployer,
})

/** The block after the latest claim. */
export async function nextBlock(rollup: Rollup): Promise<SealedBlock> {
  const { lastHeader } = await (await rollup.reader()).head(forever)
  return eventually('a sealed block', () => rollup.client.block(lastHeader.number + 1n))
}

/** As whoever has the sequencer's key signs a block with other runs. */
export function resigned(rollup: Rollup, sealed: SealedBlock, change: Partial<SealedBlock['block']>): SealedBlock {
  const block = { ...sealed.block, ...change }
  const header = { ...block.header, runsRoot: runsRoot(block.runs) }
  const digest = headerDigest(domainSeparator(rollup.config.chainId, rollup.config.inbox), header)
  const signature = signDigestRecoverable(rollup.roles.sequencer.secret, digest)
  return { ...sealed, block: { ...block, header }, signature }
}

/** Claims a block; data that is left out is nowhere. @returns the claim's number. */
export async function claimByHand(rollup: Rollup, claimed: HandClaim): Promise<bigint> {
  const claimer = await rollup.claimer()
  const { layer } = rollup.da
  const place = async (bytes: Uint8Array | undefined) =>
    bytes === undefined
      ? { layer, pointer: nowhere }
      : { layer, pointer: (await rollup.da.submit(bytes, {}, forever)).pointer }
  try {
    const head = await claimer.head(forever)
    const { block, witness, signature } = claimed.sealed
    const { number } = await claimer.claim(
      {
        number: head.number + 1n,
        parent: head.hash,
        lineage: await claimer.lineage(forever),
        coreRoot: claimed.coreRoot ?? coreRoot([block]),
        witnessRoot: witnessRoot([witness]),
        lastHeader: block.header,
        core: await place(claimed.core),
        witness: await place(claimed.witness),
        signature,
      },
      forever,
    )
    return number
  } finally {
    await claimer.close()
  }
}

/** Waits until a claim is gone, and fills its claimer's bond. */
export async function untilGone(rollup: Rollup, number: bigint): Promise<void> {
  const reader = await rollup.reader()
  await until(async () => {
    // It may be taken back while it is looked for.
    const now = await reader.head(forever).catch(() => undefined)
    return now !== undefined && now.number < number
  })
  const { claim } = await inQuestion(removerOf(rollup), number)
  await fillBond(removerOf(rollup), claim.claimer)
}

/** Waits until the sequencer goes on in the lineage in force. */
export async function untilNewLineage(rollup: Rollup): Promise<void> {
  const lineage = bytesToHex(await (await rollup.reader()).lineage(forever))
  await eventually('the sequencer in the new lineage', async () => {
    const answer = await fetch(`${rollup.sequencer.url}/v1/status`).catch(() => undefined)
    const told = (await answer?.json()) as { readonly lineage: string; readonly ready: boolean } | undefined
    return told?.ready && told.lineage === lineage ? told : undefined
  })
}
