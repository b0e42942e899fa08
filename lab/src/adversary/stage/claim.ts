import {
  type BlockHeader,
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

/** What a claim says of its parts, and what the DA layer serves of them; undefined where its pointer leads nowhere. */
export interface Told {
  readonly coreRoot: Uint8Array
  readonly witnessRoot: Uint8Array
  readonly core: Uint8Array | undefined
  readonly witness: Uint8Array | undefined
  /** Of both parts; the layer that serves them when left out. */
  readonly layer?: number
}

const nowhere = new Uint8Array(40).fill(3)

/** Publishes a batch as a sequencer's operator would, and signs its last header with the sequencer's key. */
export async function requestOf(
  stage: Stage,
  { head, lineage }: Opportunity,
  batch: Batch,
  told: Told = wholeOf(batch),
): Promise<ClaimRequest> {
  const { da, signal } = stage
  const { last } = batch
  const place = async (bytes: Uint8Array | undefined) => ({
    layer: told.layer ?? da.layer,
    pointer: bytes === undefined ? nowhere : (await da.submit(bytes, {}, signal)).pointer,
  })
  return {
    number: head.number + 1n,
    parent: head.hash,
    lineage,
    coreRoot: told.coreRoot,
    witnessRoot: told.witnessRoot,
    lastHeader: last,
    core: await place(told.core),
    witness: await place(told.witness),
    signature: signHeader(stage, last),
  }
}

/** A header's signature, by the sequencer's key unless another is given. */
export function signHeader(
  { config, roles }: Stage,
  header: BlockHeader,
  secret: Uint8Array = roles.sequencer.secret,
): Uint8Array {
  return signDigestRecoverable(secret, headerDigest(domainSeparator(config.chainId, config.inbox), header))
}

/** A batch as it is, served as it is. */
function wholeOf({ core, witness }: Batch): Told {
  return {
    coreRoot: coreRoot(core),
    witnessRoot: witnessRoot(witness),
    core: encodeCore(core.map(skeletonOf)),
    witness: encodeWitness(witness),
  }
}
