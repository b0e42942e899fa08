import { DaLayer, type DataAvailability } from '@parley/protocol'
import type { ContentFiles } from '@parley/runtime/content-files'
import type { Logger } from 'pino'
import { ended, freeQuote } from '../amounts.ts'
import { createCalls } from '../calls.ts'
import { checkSize, corrupt, missing, reasonOf, unavailable } from '../fault.ts'
import { createLifetime } from '../lifetime.ts'
import { sha256 } from '../sha256.ts'
import { decodeLocalPointer, localLayer } from './pointer.ts'
import { localLimits, receiptOf } from './terms.ts'

/** The local layer over a directory of this machine; what a batcher beside the server uses. */
export function createDirectoryDa(files: ContentFiles, log: Logger, maxBytes: number): DataAvailability {
  const lifetime = createLifetime(localLayer)
  const calls = createCalls(localLayer)

  async function retrieve(pointer: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { digest, length } = decodeLocalPointer(pointer, maxBytes)
    const data = await disk(files.read(digest, length, signal), signal)
    if (data === undefined) throw missing(localLayer, pointer)
    if (data === 'oversize') throw corrupt(localLayer, pointer, `the file has more than ${length} bytes`)
    if (data.length !== length) throw corrupt(localLayer, pointer, `the file has ${data.length} of ${length} bytes`)
    if (Buffer.compare(sha256(data), digest) !== 0) throw corrupt(localLayer, pointer, 'the file has another digest')
    return data
  }

  return {
    layer: DaLayer.local,
    name: localLayer,
    limits: () => localLimits(maxBytes),
    async quote(bytes, signal) {
      lifetime.during(signal)
      checkSize(bytes, maxBytes)
      return freeQuote(bytes)
    },
    async submit(data, _options, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, maxBytes)
      const digest = sha256(data)
      const outcome = await calls.run(digest, during, (inner) => disk(files.put(digest, data, inner), inner))
      log.debug({ digest: Buffer.from(digest).toString('hex'), bytes: data.length, outcome }, 'data stored')
      return receiptOf(digest, data.length)
    },
    async abandon(digest, signal) {
      const during = lifetime.during(signal)
      await calls.end(digest)
      const data = await disk(files.read(digest, maxBytes, during), during)
      if (!(data instanceof Uint8Array) || Buffer.compare(sha256(data), digest) !== 0) return ended
      return { ...ended, receipt: receiptOf(digest, data.length) }
    },
    retrieve: async (pointer, signal) => retrieve(pointer, lifetime.during(signal)),
    async status(pointer, signal) {
      const during = lifetime.during(signal)
      const { digest, length } = decodeLocalPointer(pointer, maxBytes)
      const data = await disk(files.read(digest, length, during), during)
      const right = data instanceof Uint8Array && Buffer.compare(sha256(data), digest) === 0
      return right ? 'final' : 'lost'
    },
    audit: async (pointer, signal) => void (await retrieve(pointer, lifetime.during(signal))),
    close: async () => lifetime.end(),
  }
}

async function disk<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await result
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(localLayer, reasonOf(error), error)
  }
}
