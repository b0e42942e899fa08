import { segmentsWithin } from '@parley/batcher'
import { celestiaMaxBytes, defaultLocalMaxBytes, maxBlobsPerTransaction, usableBytesPerBlob } from '@parley/da-adapters'
import type { Config } from '../config/config.ts'
import { CliError } from '../faults.ts'

type Layer = Pick<Config['da'], 'layer' | 'altDaMaxBytes'>

const maxBytes: Readonly<Record<Layer['layer'], (da: Layer) => number>> = {
  local: () => defaultLocalMaxBytes,
  'ethereum-blobs': () => maxBlobsPerTransaction * usableBytesPerBlob,
  celestia: () => celestiaMaxBytes,
  'alt-da': ({ altDaMaxBytes }) => altDaMaxBytes,
}

/**
 * Segments of a block at most: as many as asked for, or as the layer takes. A block with more could never be posted.
 * @throws {CliError} `CONFIG_VALUE_INVALID` when more are asked for than the layer takes.
 */
export function segmentsPerBlock(da: Layer, asked: number | undefined): number {
  const most = segmentsWithin(maxBytes[da.layer](da))
  if (asked === undefined || asked <= most) return asked ?? most
  throw new CliError({
    code: 'CONFIG_VALUE_INVALID',
    key: 'sequencer.maxSegments',
    source: 'configuration',
    reason: `${asked}, and a publication on ${da.layer} takes ${most} segments at most`,
  })
}
