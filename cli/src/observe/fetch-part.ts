import type { DataAvailability, DataPart } from '@parley/protocol'
import { CliError } from '../faults.ts'

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
