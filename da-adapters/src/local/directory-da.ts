import { DaLayer, type DataAvailability } from '@parley/protocol'
import type { ContentFiles } from '@parley/runtime/content-files'
import type { Logger } from 'pino'
import { checkSize, corrupt, missing, reasonOf, unavailable } from '../fault.ts'
import { createLifetime } from '../lifetime.ts'
import { sha256 } from '../sha256.ts'
import { decodeLocalPointer, encodeLocalPointer, localLayer } from './pointer.ts'

/** The local layer over a directory of this machine; what a batcher beside the server uses. */
export function createDirectoryDa(files: ContentFiles, log: Logger, maxBytes: number): DataAvailability {
  const lifetime = createLifetime(localLayer)

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
    limits: { maxBytes, retentionSeconds: Number.POSITIVE_INFINITY },
    async quote(bytes, signal) {
      lifetime.during(signal)
      checkSize(bytes, maxBytes)
      return { costWei: 0n, bytes }
    },
    async submit(data, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, maxBytes)
      const digest = sha256(data)
      const outcome = await disk(files.put(digest, data, during), during)
      log.debug({ digest: Buffer.from(digest).toString('hex'), bytes: data.length, outcome }, 'data stored')
      return { pointer: encodeLocalPointer({ digest, length: data.length }), height: 0n, costWei: 0n }
    },
    retrieve: async (pointer, signal) => retrieve(pointer, lifetime.during(signal)),
    async status(pointer, signal) {
      const during = lifetime.during(signal)
      const { digest, length } = decodeLocalPointer(pointer, maxBytes)
      const data = await disk(files.read(digest, length, during), during)
      const right = data instanceof Uint8Array && Buffer.compare(sha256(data), digest) === 0
      return right ? 'available' : 'missing'
    },
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
