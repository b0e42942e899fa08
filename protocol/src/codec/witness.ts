import { type BlockWitness, signaturesOf } from '../types/block.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { codecLimits, codecVersion } from './core-columns.ts'
import { CodecError } from './faults.ts'
import type { BlockSkeleton } from './skeleton.ts'

const part = 'witness'

/** Encodes the signatures of a batch: a version and 64 bytes each, in the order of the core, which gives the shape. */
export function encodeWitness(witness: readonly BlockWitness[]): Uint8Array {
  const writer = new ByteWriter()
  for (const block of witness)
    for (const run of block) for (const segment of run) for (const s of segment) writer.bytes(s)
  return encodeSignatures(writer.finish())
}

/** As `encodeWitness`. @param signatures - One after another. */
export function encodeSignatures(signatures: Uint8Array): Uint8Array {
  assertSize(signatures.length + 1)
  const bytes = new Uint8Array(signatures.length + 1)
  bytes[0] = codecVersion
  bytes.set(signatures, 1)
  return bytes
}

/**
 * Decodes what `encodeSignatures` made of `count` signatures: a view of them.
 * @throws {CodecError}
 */
export function decodeSignatures(data: Uint8Array, count: number): Uint8Array {
  const reader = readerOf(data)
  const signatures = reader.bytes('signature', 64 * count)
  reader.end()
  return signatures
}

function readerOf(data: Uint8Array): ByteReader {
  assertSize(data.length)
  const reader = new ByteReader(data, part)
  const version = reader.byte('version')
  if (version !== codecVersion)
    throw new CodecError({ code: 'CODEC_VERSION', part, received: version, supported: codecVersion })
  return reader
}

function assertSize(received: number): void {
  const maximum = codecLimits.maxPartBytes
  if (received > maximum) throw new CodecError({ code: 'CODEC_BOUND', part, field: 'part', received, maximum })
}

/**
 * Decodes signatures in the shape of a decoded core. Signatures are views of `data`.
 * @throws {CodecError}
 */
export function decodeWitness(data: Uint8Array, core: readonly BlockSkeleton[]): BlockWitness[] {
  const reader = readerOf(data)
  const witness = core.map((block) =>
    block.runs.map((run) =>
      run.segments.map(({ body }) => Array.from({ length: signaturesOf(body) }, () => reader.bytes('signature', 64))),
    ),
  )
  reader.end()
  return witness
}
