import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import { BlockView, type SignedHeader, SignedHeaderType } from '@parley/protocol'
import type { KeptBlocks } from '../blocks/kept-blocks.ts'
import type { Puller } from '../blocks/puller.ts'
import type { BlockLibrary } from '../chain.ts'
import { NetworkError } from '../faults.ts'
import { evidenceBytes, reputation, signedHeaderBytes } from '../limits.ts'
import type { HeaderOutcome, NetworkMetrics } from '../metrics.ts'
import type { Rates } from '../peers/rates.ts'
import { EvidencePairType, type ProtocolName, protocols } from '../wire/forms.ts'
import { decodeFrame } from '../wire/frames.ts'
import type { EvidenceKeeper } from './evidence-keeper.ts'
import { type HeaderBook, rootOf } from './header-book.ts'
import { type HeaderJudge, isOfTheL2 } from './header-judge.ts'

const { Accept, Ignore, Reject } = TopicValidatorResult

export interface HeaderGossipDeps {
  readonly book: HeaderBook
  readonly judge: HeaderJudge
  readonly evidence: EvidenceKeeper
  readonly kept: KeptBlocks
  readonly puller: Puller
  readonly library: BlockLibrary | undefined
  readonly rates: Rates
  readonly floods: Rates
  readonly metrics: NetworkMetrics
  /** Headers are passed on without their blocks. */
  readonly light: boolean
  /** What a peer did wrong, and what it is worth when it is no fault of its own kind. */
  readonly failed: (peer: PeerId, error: NetworkError) => void
  readonly lessOf: (peer: PeerId, points: number) => void
  /** Told of each header that was found signed, once. */
  readonly signed: (header: SignedHeader) => void
  /** Told of each block that came with a header. */
  readonly pulled: (view: BlockView) => void
  /** Told that a header is further ahead than any may be. */
  readonly ahead: () => void
  readonly signal: AbortSignal
}

/** Decides of what peers gossip whether it is passed on. */
export class HeaderGossip {
  private readonly deps: HeaderGossipDeps

  constructor(deps: HeaderGossipDeps) {
    this.deps = deps
  }

  /** A message of the topic of headers. Its block is here before it is passed on. */
  async header(peer: PeerId, bytes: Uint8Array): Promise<TopicValidatorResult> {
    if (!this.mayTell(peer)) return this.counted('too many', Ignore)
    return this.judged(peer, async () => {
      const signed = decodeExactly(SignedHeaderType, bytes, signedHeaderBytes, protocols.headers)
      const { outcome, isPassedOn } = await this.take(signed, peer)
      return this.counted(outcome, isPassedOn ? Accept : Ignore)
    })
  }

  /** A message of the topic of evidence. */
  async pair(peer: PeerId, bytes: Uint8Array): Promise<TopicValidatorResult> {
    if (!this.mayTell(peer)) return Ignore
    return this.judged(peer, async () => {
      const pair = decodeExactly(EvidencePairType, bytes, evidenceBytes, protocols.evidence)
      return (await this.deps.evidence.take(pair, this.deps.signal)) ? Accept : Ignore
    })
  }

  /**
   * Takes a signed header in that a peer showed, by gossip or asked for it.
   * @throws {NetworkError} `PEER_HEADER_UNSIGNED`; {CodedError} when the L2 does not answer.
   */
  async take(signed: SignedHeader, peer: PeerId): Promise<{ outcome: HeaderOutcome; isPassedOn: boolean }> {
    const { judge, light, signal } = this.deps
    const refused = judge.refusal(signed)
    if (refused === 'out of range' && signed.header.number > judge.head) this.deps.ahead()
    if (refused !== undefined) return { outcome: refused, isPassedOn: false }
    await judge.assertSigned(signed, signal)
    if (!(await this.note(signed))) return { outcome: 'second', isPassedOn: false }
    if (light || (await this.hasBlock(signed, peer))) return { outcome: 'accepted', isPassedOn: true }
    return { outcome: 'not served', isPassedOn: false }
  }

  /** Takes in a header that was found signed. @returns whether it is the first of its place. */
  async note(signed: SignedHeader): Promise<boolean> {
    const { book, evidence } = this.deps
    const { standing, stored } = book.add(signed)
    if (standing === 'known') return false
    this.deps.signed(signed)
    if (standing === 'first') {
      await stored
      return true
    }
    await evidence.meet(book.besides(signed) as SignedHeader, signed)
    return false
  }

  private async hasBlock(signed: SignedHeader, peer: PeerId): Promise<boolean> {
    const { kept, puller, pulled, library } = this.deps
    const { number } = signed.header
    const root = rootOf(signed)
    if (kept.has(number, root)) return true
    if (await isInLibrary(library, signed)) return true
    const view = await puller.one(number, root, peer)
    if (view === undefined) return false
    await kept.put(view)
    pulled(view)
    return true
  }

  private mayTell(peer: PeerId): boolean {
    const { rates, floods, lessOf, ahead } = this.deps
    if (!floods.take(peer.toString())) lessOf(peer, reputation.tooMany)
    if (rates.take(peer.toString())) return true
    // What is left out now is asked for.
    ahead()
    return false
  }

  private async judged(peer: PeerId, judge: () => Promise<TopicValidatorResult>): Promise<TopicValidatorResult> {
    try {
      return await judge()
    } catch (error) {
      if (this.deps.signal.aborted) return Ignore
      // Nobody is to blame, and what cannot be judged is not passed on.
      if (isOfTheL2(error)) return this.counted('not ready', Ignore)
      if (!(error instanceof NetworkError)) throw error
      this.deps.failed(peer, error)
      return this.counted('refused', Reject)
    }
  }

  private counted(outcome: HeaderOutcome, result: TopicValidatorResult): TopicValidatorResult {
    this.deps.metrics.headers.inc({ outcome })
    return result
  }
}

/** @throws {NetworkError} `PEER_FRAME_SIZE`, `PEER_FRAME_MALFORMED`. */
function decodeExactly<T>(
  type: { deserialize(bytes: Uint8Array): T },
  bytes: Uint8Array,
  size: number,
  protocol: ProtocolName,
): T {
  if (bytes.length !== size)
    throw new NetworkError({ code: 'PEER_FRAME_SIZE', protocol, bytes: bytes.length, maximum: size })
  return decodeFrame(type, Uint8Array.from(bytes), protocol)
}

async function isInLibrary(library: BlockLibrary | undefined, signed: SignedHeader): Promise<boolean> {
  if (library === undefined) return false
  const { first, head } = library.extent()
  const { number } = signed.header
  if (first === 0n || number < first || number > head) return false
  const bytes = await library.read(number)
  return bytes !== undefined && isBlockOf(bytes, signed)
}

function isBlockOf(bytes: Uint8Array, signed: SignedHeader): boolean {
  const { header } = BlockView.read(Uint8Array.from(bytes))
  return Buffer.from(rootOf({ header, signature: signed.signature })).equals(rootOf(signed))
}
