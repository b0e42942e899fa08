import type { BatchClaim, DataAvailability, DataPart } from '@parley/protocol'
import { CliError } from '../faults.ts'

/** Bytes of both parts of a claimed batch, fetched from the layers that the claim names. */
export async function publishedBytes(
  claim: BatchClaim,
  layers: ReadonlyMap<number, DataAvailability>,
  signal: AbortSignal,
): Promise<number> {
  const fetched = await Promise.all([claim.core, claim.witness].map((part) => fetchPart(part, layers, signal)))
  return fetched.reduce((sum, bytes) => sum + bytes.length, 0)
}

/** What a claim's part points to. @throws {CliError} `ARGUMENT_INVALID` when its layer is not configured; {DaError}. */
export async function fetchPart(
  part: DataPart,
  layers: ReadonlyMap<number, DataAvailability>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const layer = layers.get(part.layer)
  if (layer === undefined)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'layer', reason: `layer ${part.layer} is not configured` })
  return layer.retrieve(part.pointer, signal)
}
