import type { Libp2p, PeerId } from '@libp2p/interface'
import type { KeptBlocks } from './blocks/kept-blocks.ts'
import type { BlockLibrary, NetworkChain } from './chain.ts'
import { NetworkError } from './faults.ts'
import type { HeaderBook } from './headers/header-book.ts'
import { networkLimits } from './limits.ts'
import type { NetworkMetrics } from './metrics.ts'
import { type AddressRules, isUsable } from './peers/addresses.ts'
import type { Greetings } from './peers/greetings.ts'
import type { Rates } from './peers/rates.ts'
import type { Exchange } from './wire/exchange.ts'
import {
  EvidencesType,
  HeadersType,
  type PeerRange,
  type PeerStatus,
  type ProtocolName,
  protocols,
  RangeType,
  StatusType,
} from './wire/forms.ts'
import { decodeFrame, type FrameBounds, type Frames } from './wire/frames.ts'

const { headersPerAnswer, blocksPerAnswer, blocksAnswerBytes, evidencePerAnswer, recordsPerAnswer, recordBytes } =
  networkLimits

/** What may be asked by each protocol. */
const exactly = (protocol: ProtocolName, size: number): FrameBounds => ({ protocol, maximum: size, minimum: size })
export const statusBounds = exactly(protocols.status, StatusType.fixedSize as number)
const asked = {
  headers: exactly(protocols.headers, RangeType.fixedSize as number),
  blocks: exactly(protocols.blocks, RangeType.fixedSize as number),
  evidence: exactly(protocols.evidence, 0),
  peers: exactly(protocols.peers, 0),
}

export interface ServingDeps {
  readonly libp2p: Libp2p
  readonly exchange: Exchange
  readonly chain: NetworkChain
  readonly book: HeaderBook
  readonly kept: KeptBlocks
  readonly library: BlockLibrary | undefined
  readonly greetings: Greetings
  readonly rates: Rates
  readonly rules: AddressRules
  readonly metrics: NetworkMetrics
  readonly light: boolean
  readonly status: () => PeerStatus
  readonly greeted: (peer: PeerId, status: PeerStatus) => void
  readonly failed: (peer: PeerId, error: NetworkError) => void
}

/** Answers what peers ask. */
export async function serve(deps: ServingDeps): Promise<void> {
  const { exchange, failed, greetings, rates, status } = deps
  const served = async (
    bounds: FrameBounds,
    answer: (frames: Frames, peer: PeerId, signal: AbortSignal) => Promise<void>,
  ): Promise<void> => {
    const { protocol } = bounds
    await exchange.serve(
      bounds,
      async (frames, peer, signal) => {
        if (!rates.take(peer.toString()))
          throw new NetworkError({ code: 'PEER_TOO_MANY', what: protocol, perSecond: networkLimits.requestsPerSecond })
        await answer(frames, peer, signal)
        await frames.end(signal)
      },
      failed,
    )
  }
  await served(statusBounds, async (frames, peer, signal) => {
    const told = decodeFrame(StatusType, await demanded(frames, protocols.status, signal), protocols.status)
    // The peer learns, too, that it is at the wrong place.
    await frames.write(StatusType.serialize(status()), signal)
    greetings.greet(peer, told)
    deps.greeted(peer, told)
  })
  await served(asked.headers, async (frames, _, signal) => {
    const { from, count } = await rangeOf(frames, protocols.headers, signal)
    const lineage = deps.chain.lineage()
    const found = lineage === undefined ? [] : deps.book.from(lineage, from, Math.min(count, headersPerAnswer))
    await frames.write(HeadersType.serialize([...found]), signal)
  })
  if (!deps.light) await served(asked.blocks, (frames, _, signal) => serveBlocks(deps, frames, signal))
  await served(asked.evidence, async (frames, _, signal) => {
    await frames.write(EvidencesType.serialize(deps.book.evidence().slice(-evidencePerAnswer)), signal)
  })
  await served(asked.peers, async (frames, peer, signal) => {
    for (const record of await recordsFor(deps, peer)) await frames.write(record, signal)
  })
}

async function demanded(frames: Frames, protocol: ProtocolName, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = await frames.read(signal)
  if (bytes === undefined)
    throw new NetworkError({ code: 'PEER_UNREACHABLE', protocol, reason: 'it ended before it asked' })
  return bytes
}

const rangeOf = async (frames: Frames, protocol: ProtocolName, signal: AbortSignal): Promise<PeerRange> =>
  decodeFrame(RangeType, await demanded(frames, protocol, signal), protocol)

/** Serves the block asked for, then those before it. */
async function serveBlocks(
  { kept, library, metrics }: ServingDeps,
  frames: Frames,
  signal: AbortSignal,
): Promise<void> {
  const { from, count } = await rangeOf(frames, protocols.blocks, signal)
  let total = 0
  for (let i = 0n; i < BigInt(Math.min(count, blocksPerAnswer)) && i < from; i += 1n) {
    const bytes = (await kept.read(from - i)) ?? (await library?.read(from - i))
    if (bytes === undefined || total + bytes.length > blocksAnswerBytes) return
    total += bytes.length
    await frames.write(bytes, signal)
    metrics.servedBytes.inc(bytes.length)
  }
}

/** Signed records of other peers, of which every address may be passed on. */
async function recordsFor({ libp2p, greetings, rules }: ServingDeps, peer: PeerId): Promise<readonly Uint8Array[]> {
  const records: Uint8Array[] = []
  for (const { peer: other } of greetings.peers) {
    if (records.length >= recordsPerAnswer) break
    if (other.equals(peer)) continue
    const { addresses, peerRecordEnvelope } = await libp2p.peerStore.get(other)
    const told = addresses.filter(({ isCertified }) => isCertified)
    if (peerRecordEnvelope === undefined || peerRecordEnvelope.length > recordBytes) continue
    if (told.length > 0 && told.every(({ multiaddr }) => isUsable(multiaddr, rules))) records.push(peerRecordEnvelope)
  }
  return records
}
