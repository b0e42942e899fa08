import {
  type BlockHeader,
  BlockHeaderType,
  type BlockSource,
  BlockView,
  type Bytes20,
  type Bytes32,
  domainSeparator,
  headerDigest,
  portableVerifier,
  runsRootOfView,
  type SignatureVerifier,
  sameBytes,
  sealedOf,
} from '@parley/protocol'
import type { Deployment } from '../build/conversation.ts'
import { ClientError } from '../faults.ts'
import type { ServerDeps } from '../http.ts'
import { type FeedOptions, readFeed } from './resumable-feed.ts'
import { decodeSsz } from './ssz-answer.ts'

export interface BlockSourceDeps extends ServerDeps {
  /** @default the portable verifier: a millisecond a header. */
  readonly verifier?: SignatureVerifier
}

export interface BlockSourceOptions extends FeedOptions {
  readonly deployment: Deployment
  /** Address that headers must be signed by. */
  readonly sequencer: Bytes20
  /**
   * Hash the runs and compare them with what the header commits to. Turn it off only for a reader
   * that does so itself, as the batcher does. @default true
   */
  readonly checkRuns?: boolean
}

/**
 * Blocks of a sequencer's feed. Each is checked before it is given out: its number is the next one, its header follows
 * the one before it (the first one's parent is for the caller to check), commits to the runs and is signed by the
 * sequencer. Ends without an error when the signal aborts.
 */
export function createSequencerBlockSource(deps: BlockSourceDeps, options: BlockSourceOptions): BlockSource {
  const check = headerCheck(deps.verifier ?? portableVerifier, options)
  return {
    async *blocks(from, signal) {
      let next = from
      let previous: BlockHeader | undefined
      const pathFrom = (): { path: string; from: bigint } => ({ path: `/v1/feed/blocks?from=${next}`, from: next })
      try {
        for await (const frame of readFeed(deps, pathFrom, options, signal)) {
          const view = viewOfFrame(frame, deps.url)
          check(view, next, previous)
          next += 1n
          previous = view.header
          yield sealedOf(view)
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }
}

type HeaderCheck = (view: BlockView, expected: bigint, previous: BlockHeader | undefined) => void

function headerCheck(
  verifier: SignatureVerifier,
  { deployment, sequencer, checkRuns = true }: BlockSourceOptions,
): HeaderCheck {
  const separator = domainSeparator(deployment.chainId, deployment.inbox)
  return (view, expected, previous) => {
    const { header, signature } = view
    if (header.number !== expected) throw new ClientError({ code: 'FEED_GAP', expected, received: header.number })
    if (previous !== undefined) demandLink(header, BlockHeaderType.hashTreeRoot(previous))
    if (checkRuns) demandRuns(view)
    if (!verifier.verifyOwner(sequencer, headerDigest(separator, header), signature.subarray(0, 64)))
      throw new ClientError({ code: 'HEADER_UNSIGNED', block: header.number, sequencer })
  }
}

function viewOfFrame(frame: Uint8Array, url: string): BlockView {
  return decodeSsz({ deserialize: BlockView.read }, frame, url)
}

function demandRuns({ header, runs }: BlockView): void {
  const expected = runsRootOfView(runs)
  if (!sameBytes(header.runsRoot, expected))
    throw new ClientError({ code: 'HEADER_MISMATCH', block: header.number, expected, received: header.runsRoot })
}

function demandLink(header: BlockHeader, expected: Bytes32): void {
  if (!sameBytes(header.parent, expected))
    throw new ClientError({ code: 'HEADER_UNLINKED', block: header.number, expected, received: header.parent })
}
