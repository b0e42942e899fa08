import { feedRoutes, pathOf } from '@parley/api'
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
  type SequencerKey,
  type SignatureVerifier,
  sameBytes,
  sequencerAt,
} from '@parley/protocol'
import type { Deployment } from '../build/conversation.ts'
import { ClientError } from '../faults.ts'
import type { ServerDeps } from '../http.ts'
import { serverEndpoint } from '../server-endpoint.ts'
import { type FeedOptions, readFeed } from './resumable-feed.ts'
import { decodeSsz } from './ssz-answer.ts'

export interface BlockSourceDeps extends ServerDeps {
  /** @default the portable verifier: a millisecond a header. */
  readonly verifier?: SignatureVerifier
}

export interface BlockSourceOptions extends FeedOptions {
  readonly deployment: Deployment
  /**
   * Whose signatures headers must carry, asked for whenever reading begins: `SettlementReader.schedule` tells.
   * @param signal - Of the reading.
   */
  readonly keys: (signal: AbortSignal) => Promise<readonly SequencerKey[]>
  /**
   * Hash the runs and compare them with what the header commits to. Turn it off only for a reader
   * that does so itself, as the batcher does. @default true
   */
  readonly checkRuns?: boolean
  /**
   * Whether a rescue has claimed a header on the L2: nobody has signed it then. @default none was, and it is `HEADER_UNSIGNED`
   * @param signal - Of the reading.
   */
  readonly isRescued?: (header: BlockHeader, signal: AbortSignal) => Promise<boolean>
}

/**
 * Blocks of a sequencer's feed. Each is checked before it is given out: its number is the next one, its header follows
 * the one before it (the first one's parent is for the caller to check), commits to the runs and is signed by the
 * sequencer, or claimed by a rescue. Ends without an error when the signal aborts.
 */
export function createSequencerBlockSource(deps: BlockSourceDeps, options: BlockSourceOptions): BlockSource {
  const verifier = deps.verifier ?? portableVerifier
  return {
    async *blocks(from, signal) {
      let next = from
      let previous: BlockHeader | undefined
      const pathFrom = (): { path: string; from: bigint } => {
        const query = { from: next, lineage: previous?.lineage }
        return { path: pathOf(feedRoutes.blocks, { query }), from: next }
      }
      try {
        const keys = await options.keys(signal)
        const check = headerCheck(verifier, options, keys)
        for await (const frame of readFeed(deps, pathFrom, options, signal)) {
          const view = viewOfFrame(frame, serverEndpoint(deps.url).shown)
          const { header } = view
          if (!check(view, next, previous) && !(await options.isRescued?.(header, signal)))
            throw new ClientError({ code: 'HEADER_UNSIGNED', block: header.number, sequencer: keyOf(keys, header) })
          next += 1n
          previous = header
          yield view
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }
}

/** @returns whether the header is signed. @throws {ClientError} where it is not the next one, or not of these runs. */
type HeaderCheck = (view: BlockView, expected: bigint, previous: BlockHeader | undefined) => boolean

function headerCheck(
  verifier: SignatureVerifier,
  { deployment, checkRuns = true }: BlockSourceOptions,
  keys: readonly SequencerKey[],
): HeaderCheck {
  const separator = domainSeparator(deployment.chainId, deployment.inbox)
  return (view, expected, previous) => {
    const { header, signature } = view
    if (header.number !== expected) throw new ClientError({ code: 'FEED_GAP', expected, received: header.number })
    if (previous !== undefined) assertLink(header, BlockHeaderType.hashTreeRoot(previous))
    if (checkRuns) assertRuns(view)
    return verifier.verifyOwner(keyOf(keys, header), headerDigest(separator, header), signature.subarray(0, 64))
  }
}

const keyOf = (keys: readonly SequencerKey[], { number }: BlockHeader): Bytes20 => sequencerAt(keys, number).key

function viewOfFrame(frame: Uint8Array, url: string): BlockView {
  return decodeSsz({ deserialize: BlockView.read }, frame, url)
}

function assertRuns({ header, runs }: BlockView): void {
  const expected = runsRootOfView(runs)
  if (!sameBytes(header.runsRoot, expected))
    throw new ClientError({ code: 'HEADER_MISMATCH', block: header.number, expected, received: header.runsRoot })
}

function assertLink(header: BlockHeader, expected: Bytes32): void {
  if (!sameBytes(header.parent, expected))
    throw new ClientError({ code: 'HEADER_UNLINKED', block: header.number, expected, received: header.parent })
}
