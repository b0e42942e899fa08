import type { Stream } from '@libp2p/interface'
import {
  InvalidDataLengthError,
  InvalidDataLengthLengthError,
  InvalidMessageLengthError,
  type LengthPrefixedStream,
  lpStream,
} from '@libp2p/utils'
import { NetworkError } from '../faults.ts'
import type { ProtocolName } from './forms.ts'

/** How much of one protocol a peer may send. */
export interface FrameBounds {
  readonly protocol: ProtocolName
  /** Bytes of one frame at most, and at least. */
  readonly maximum: number
  readonly minimum?: number
  /** Bytes that may wait to be read. */
  readonly buffered?: number
}

/** Frames of one stream: each SSZ behind its length. */
export class Frames {
  private readonly stream: Stream
  private readonly lp: LengthPrefixedStream<Stream>
  private readonly bounds: FrameBounds

  constructor(stream: Stream, bounds: FrameBounds) {
    const { maximum, buffered = maximum } = bounds
    this.stream = stream
    this.bounds = bounds
    // What waits is a frame's length, too.
    this.lp = lpStream(stream, { maxDataLength: maximum, maxBufferSize: buffered + 64 })
  }

  /**
   * The next frame; undefined when the peer has ended its side.
   * @throws {NetworkError} `PEER_FRAME_SIZE`, `PEER_UNREACHABLE`; the signal's reason.
   */
  async read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { protocol, maximum, minimum = 0 } = this.bounds
    const bytes = await this.next(signal)
    if (bytes === undefined) return undefined
    if (bytes.length < minimum)
      throw new NetworkError({ code: 'PEER_FRAME_SIZE', protocol, bytes: bytes.length, maximum })
    return bytes
  }

  /** @throws {NetworkError} `PEER_UNREACHABLE`; the signal's reason. */
  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.guard(() => this.lp.write(bytes, { signal }), signal)
  }

  /** Ends this side; what was written still goes out. @throws as `write`. */
  async end(signal: AbortSignal): Promise<void> {
    await this.guard(() => this.stream.close({ signal }), signal)
  }

  private async next(signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.guard(async () => {
      try {
        // A copy of its own: it may be kept for longer than what it came in with.
        return Uint8Array.from((await this.lp.read({ signal })).subarray())
      } catch (error) {
        if (isEnd(error)) return undefined
        throw error
      }
    }, signal)
  }

  private async guard<T>(use: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { protocol, maximum } = this.bounds
    try {
      return await use()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (isOverlong(error))
        throw new NetworkError({ code: 'PEER_FRAME_SIZE', protocol, bytes: undefined, maximum }, { cause: error })
      throw new NetworkError({ code: 'PEER_UNREACHABLE', protocol, reason: messageOf(error) }, { cause: error })
    }
  }
}

const isEnd = (error: unknown): boolean => error instanceof Error && error.name === 'UnexpectedEOFError'

const isOverlong = (error: unknown): boolean =>
  error instanceof InvalidDataLengthError ||
  error instanceof InvalidDataLengthLengthError ||
  error instanceof InvalidMessageLengthError ||
  (error instanceof Error && error.name === 'StreamBufferError')

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Decodes a frame. @throws {NetworkError} `PEER_FRAME_MALFORMED`. */
export function decodeFrame<T>(
  type: { deserialize(bytes: Uint8Array): T },
  bytes: Uint8Array,
  protocol: ProtocolName,
): T {
  try {
    return type.deserialize(bytes)
  } catch (error) {
    throw new NetworkError({ code: 'PEER_FRAME_MALFORMED', protocol, reason: messageOf(error) }, { cause: error })
  }
}
