import { segmentsWithin } from '@parley/batcher'
import {
  celestiaMaxBytes,
  committeeMaxBytes,
  defaultLocalMaxBytes,
  maxBlobsPerTransaction,
  usableBytesPerBlob,
} from '@parley/da-adapters'
import type { Config } from '../config/config.ts'
import type { LayerName } from '../config/da-policy.ts'
import { CliError } from '../faults.ts'

type Layer = Pick<Config['da'], 'layer' | 'altDaMaxBytes'>

const maxBytes: Readonly<Record<LayerName, (da: Layer) => number>> = {
  local: () => defaultLocalMaxBytes,
  'ethereum-blobs': () => maxBlobsPerTransaction * usableBytesPerBlob,
  celestia: () => celestiaMaxBytes,
  committee: () => committeeMaxBytes,
  'alt-da': ({ altDaMaxBytes }) => altDaMaxBytes,
}

/**
 * Segments of a block at most: as many as asked for, or as every layer takes that a part may go to. A block with more could
 * not be posted where the batcher falls back to.
 * @throws {CliError} `CONFIG_VALUE_INVALID` when more are asked for than one of the layers takes.
 */
export function segmentsPerBlock(da: Layer, asked: number | undefined): number {
  const [smallest, most] = da.layer.layers
    .map((layer) => [layer, segmentsWithin(maxBytes[layer](da))] as const)
    .reduce((least, each) => (each[1] < least[1] ? each : least))
  if (asked === undefined || asked <= most) return asked ?? most
  throw new CliError({
    code: 'CONFIG_VALUE_INVALID',
    key: 'sequencer.maxSegments',
    source: 'configuration',
    reason: `${asked}, and a publication on ${smallest} takes ${most} segments at most`,
  })
}
