import { type BlockWitness, signaturesOf } from '../types/block.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { codecLimits, codecVersion } from './core.ts'
import { CodecError } from './faults.ts'
import type { BlockSkeleton } from './skeleton.ts'

const part = 'witness'

/** Encodes the signatures of a batch: a version and 64 bytes each, in the order of the core, which gives the shape. */
export function encodeWitness(witness: readonly BlockWitness[]): Uint8Array {
  const writer = new ByteWriter()
  writer.byte(codecVersion)
  for (const block of witness)
    for (const run of block) for (const segment of run) for (const s of segment) writer.bytes(s)
  demandSize(writer.length)
  return writer.finish()
}

function demandSize(received: number): void {
  const maximum = codecLimits.maxPartBytes
  if (received > maximum) throw new CodecError({ code: 'CODEC_BOUND', part, field: 'part', received, maximum })
}

/**
 * Decodes signatures in the shape of a decoded core. Signatures are views of `data`.
 * @throws {CodecError}
 */
export function decodeWitness(data: Uint8Array, core: readonly BlockSkeleton[]): BlockWitness[] {
  demandSize(data.length)
  const reader = new ByteReader(data, part)
  const version = reader.byte('version')
  if (version !== codecVersion)
    throw new CodecError({ code: 'CODEC_VERSION', part, received: version, supported: codecVersion })
  const witness = core.map((block) =>
    block.runs.map((run) =>
      run.segments.map(({ body }) => Array.from({ length: signaturesOf(body) }, () => reader.bytes('signature', 64))),
    ),
  )
  reader.end()
  return witness
}
