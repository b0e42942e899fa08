import { DaError, type DaState } from '@parley/protocol'
import { corrupt, missing, notYet, pruned, refused, unavailable } from '../../fault.ts'
import { sha256 } from '../../sha256.ts'
import { checkIncluded, isProvenAbsent, type SoughtBlob } from '../inclusion.ts'
import { celestiaLayer } from '../layer.ts'
import type { CelestiaNode } from '../node/celestia-node.ts'
import type { CelestiaHeader } from '../node/decoding.ts'
import { NodeFault, type NodeFaultKind } from '../node/node-fault.ts'
import { type CelestiaPointer, decodeCelestiaPointer } from '../pointer.ts'
import { blobCommitment } from '../primitives/commitment.ts'
import { sameBytes } from '../primitives/same-bytes.ts'

export interface CelestiaReaderOptions {
  /** First 4 bytes of the SHA-256 of the network's chain id. */
  readonly chain: Uint8Array
  readonly maxBytes: number
}

/** Fetches blobs and checks them against the pointer and, by a proof, against the data root that it names. */
export interface CelestiaReader {
  /** @throws {DaError} `DA_ABSENT`, `DA_MISSING`, `DA_NOT_YET`, `DA_PRUNED`, `DA_CORRUPT`, `DA_POINTER_INVALID`, `DA_UNAVAILABLE`. */
  read(pointer: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /**
   * Told by proofs, without the blobs: `lost` only by a proof that they are not there, or by a block with another data root.
   * @throws {DaError} `DA_POINTER_INVALID`, `DA_MISSING`, `DA_PRUNED`, `DA_CORRUPT`, `DA_UNAVAILABLE`.
   */
  status(pointer: Uint8Array, signal: AbortSignal): Promise<DaState>
}

export function createCelestiaReader(node: CelestiaNode, options: CelestiaReaderOptions): CelestiaReader {
  async function fetchBlob(header: CelestiaHeader, blob: SoughtBlob, pointer: Uint8Array, signal: AbortSignal) {
    const { height } = header
    try {
      const data = await node.blob({ height, ...blob }, blob.length, signal)
      if (data.length !== blob.length)
        throw corrupt(celestiaLayer, pointer, `${data.length} of ${blob.length} bytes of a blob were served`)
      if (!sameBytes(blobCommitment({ namespace: blob.namespace, data }), blob.commitment))
        throw corrupt(celestiaLayer, pointer, 'a served blob has another commitment')
      await checkIncluded(node, header, blob, signal)
      return data
    } catch (error) {
      if (!(error instanceof NodeFault) || error.kind !== 'not found') throw error
      if (await isProvenAbsent(node, header, blob, signal))
        throw new DaError({ code: 'DA_ABSENT', layer: celestiaLayer, pointer })
      throw missing(celestiaLayer, pointer)
    }
  }

  /** @returns false only by a proof. */
  async function isThere(header: CelestiaHeader, blob: SoughtBlob, pointer: Uint8Array, signal: AbortSignal) {
    try {
      await checkIncluded(node, header, blob, signal)
      return true
    } catch (error) {
      if (!(error instanceof NodeFault) || error.kind !== 'not found') throw error
      if (await isProvenAbsent(node, header, blob, signal)) return false
      throw missing(celestiaLayer, pointer)
    }
  }

  return {
    async read(pointer, signal) {
      const place = decodeCelestiaPointer(pointer, options)
      try {
        const header = await headerOf(node, place, signal)
        if (header === undefined) throw corrupt(celestiaLayer, pointer, 'the block at its height has another data root')
        const parts: Uint8Array[] = []
        for (const blob of soughtIn(place)) parts.push(await fetchBlob(header, blob, pointer, signal))
        const data = Uint8Array.from(Buffer.concat(parts))
        if (!sameBytes(sha256(data), place.digest))
          throw corrupt(celestiaLayer, pointer, 'the blobs together have another digest')
        return data
      } catch (error) {
        throw readFault(error, pointer)
      }
    },
    async status(pointer, signal) {
      const place = decodeCelestiaPointer(pointer, options)
      try {
        const header = await headerOf(node, place, signal)
        // The chain does not reorganise: blocks are final once they are there.
        if (header === undefined) return 'lost'
        for (const blob of soughtIn(place)) if (!(await isThere(header, blob, pointer, signal))) return 'lost'
        return 'final'
      } catch (error) {
        if (error instanceof NodeFault && error.kind === 'not yet') return 'pending'
        throw readFault(error, pointer)
      }
    },
  }
}

/** The header at the pointer's height; undefined when it has another data root. */
async function headerOf(
  node: CelestiaNode,
  { height, dataRoot }: CelestiaPointer,
  signal: AbortSignal,
): Promise<CelestiaHeader | undefined> {
  const header = await node.header(height, signal)
  return sameBytes(header.dataRoot, dataRoot) ? header : undefined
}

const soughtIn = ({ namespace, blobs }: CelestiaPointer): SoughtBlob[] => blobs.map((blob) => ({ namespace, ...blob }))

type PointedFault = (layer: string, pointer: Uint8Array, reason: string) => DaError

/** What says something of the data that a pointer names. */
const pointedFaults: Partial<Readonly<Record<NodeFaultKind, PointedFault>>> = {
  nonsense: corrupt,
  'not yet': notYet,
  pruned,
}

/** What a caller is told who wants bytes. */
function readFault(error: unknown, pointer: Uint8Array): unknown {
  if (!(error instanceof NodeFault)) return error
  const make = pointedFaults[error.kind]
  return make === undefined ? nodeFault(error) : make(celestiaLayer, pointer, error.message)
}

/** What a caller is told of a node that did not do what was asked. */
export function callFault(error: unknown): unknown {
  if (!(error instanceof NodeFault)) return error
  return nodeFault(error)
}

function nodeFault(error: NodeFault): DaError {
  if (error.kind === 'refused' || error.kind === 'no funds') return refused(celestiaLayer, error.message)
  return unavailable(celestiaLayer, error.message, error, error.retryAfterMs)
}
