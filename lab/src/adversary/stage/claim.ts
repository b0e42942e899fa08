import {
  type ClaimRequest,
  coreRoot,
  domainSeparator,
  encodeCore,
  encodeWitness,
  headerDigest,
  signDigestRecoverable,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import type { Batch } from '../forger/draft.ts'
import type { Opportunity, Stage } from './stage.ts'

/** Publishes a batch as a sequencer's operator would, and signs its last header with the sequencer's key. */
export async function requestOf(stage: Stage, { head, lineage }: Opportunity, batch: Batch): Promise<ClaimRequest> {
  const { da, config, roles, signal } = stage
  const { core, witness, last } = batch
  const place = async (bytes: Uint8Array) => ({
    layer: da.layer,
    pointer: (await da.submit(bytes, signal)).pointer,
  })
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), last)
  return {
    number: head.number + 1n,
    parent: head.hash,
    lineage,
    coreRoot: coreRoot(core),
    witnessRoot: witnessRoot(witness),
    lastHeader: last,
    core: await place(encodeCore(core.map(skeletonOf))),
    witness: await place(encodeWitness(witness)),
    signature: signDigestRecoverable(roles.sequencer.secret, digest),
  }
}
