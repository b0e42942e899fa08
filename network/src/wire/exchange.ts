import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import { type Clock, raceAbort } from '@parley/runtime'
import { NetworkError } from '../faults.ts'
import { networkLimits } from '../limits.ts'
import type { ProtocolName } from './forms.ts'
import { type FrameBounds, Frames } from './frames.ts'

interface ExchangeDeps {
  readonly libp2p: Libp2p
  readonly clock: Clock
  /** Ends what is under way. */
  readonly signal: AbortSignal
}

/** Answers one request. What it throws is the peer's fault, or that of the way to it. */
export type Answering = (frames: Frames, peer: PeerId, signal: AbortSignal) => Promise<void>

/** Questions to peers and answers to them, each on a stream of its own and in bounded time. */
export class Exchange {
  private readonly deps: ExchangeDeps

  constructor(deps: ExchangeDeps) {
    this.deps = deps
  }

  /**
   * Asks a peer that there is a connection with; `use` reads what it answers.
   * @throws {NetworkError} `PEER_SILENT`, `PEER_UNREACHABLE`, and what `use` throws.
   */
  async ask<T>(
    peer: PeerId,
    bounds: FrameBounds,
    withinMs: number,
    use: (frames: Frames, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { protocol } = bounds
    return this.within(protocol, withinMs, async (signal) => {
      // Nobody is dialled for this.
      const [connection] = this.deps.libp2p.getConnections(peer).filter(({ status }) => status === 'open')
      if (connection === undefined)
        throw new NetworkError({ code: 'PEER_UNREACHABLE', protocol, reason: 'there is no connection' })
      const stream = await openStream(connection, protocol, signal)
      let isDone = false
      try {
        const answer = await use(new Frames(stream, bounds), signal)
        isDone = true
        return answer
      } finally {
        if (isDone) closeQuietly(stream)
        else stream.abort(new Error('given up'))
      }
    })
  }

  /** Answers a protocol from now on. @param failed - Told of what went wrong with a peer. */
  async serve(
    bounds: FrameBounds,
    answering: Answering,
    failed: (peer: PeerId, error: NetworkError) => void,
  ): Promise<void> {
    const { protocol } = bounds
    const handle = async (stream: Stream, { remotePeer }: Connection): Promise<void> => {
      try {
        await this.within(protocol, networkLimits.answerMs, async (signal) => {
          await answering(new Frames(stream, bounds), remotePeer, signal)
        })
        closeQuietly(stream)
      } catch (error) {
        stream.abort(new Error('given up'))
        if (this.deps.signal.aborted) return
        if (!(error instanceof NetworkError)) throw error
        failed(remotePeer, error)
      }
    }
    await this.deps.libp2p.handle(protocol, handle, {
      maxInboundStreams: networkLimits.streamsPerPeer,
      maxOutboundStreams: networkLimits.streamsPerPeer,
    })
  }

  private async within<T>(protocol: ProtocolName, ms: number, use: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController()
    const inner = AbortSignal.any([this.deps.signal, late.signal])
    const silent = new NetworkError({ code: 'PEER_SILENT', protocol, withinMs: ms })
    // An abort ends the wait, when the answer came first.
    this.deps.clock.sleep(ms, inner).then(
      () => late.abort(silent),
      () => undefined,
    )
    try {
      return await raceAbort(use(inner), inner)
    } finally {
      late.abort(silent)
    }
  }
}

async function openStream(connection: Connection, protocol: ProtocolName, signal: AbortSignal): Promise<Stream> {
  try {
    return await connection.newStream(protocol, { signal, maxOutboundStreams: networkLimits.streamsPerPeer })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const reason = error instanceof Error ? error.message : String(error)
    throw new NetworkError({ code: 'PEER_UNREACHABLE', protocol, reason }, { cause: error })
  }
}

/** Ends both sides. The peer may be gone meanwhile, which then closed the stream. */
function closeQuietly(stream: Stream): void {
  stream.close().catch((error: Error) => stream.abort(error))
}
