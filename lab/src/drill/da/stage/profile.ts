import { type DevnetOptions, devnetDefaults } from '../../../devnet/devnet.ts'
import type { ChildConfig } from '../../../stack/environment.ts'

/** Messages a second of the load under which things are broken. */
export const messagesPerSecond = 50

/** Milliseconds after which a partial batch is posted. */
export const batchAgeMs = 3_000

/** Layers of the stack: each drill has a policy of some of them. */
export const stackLayers = 'committee:celestia:ethereum-blobs'

/** A chain that ends seconds after its blocks would let no reorganisation through. */
const l1SafeAfterBlocks = 16

export const drillChains: DevnetOptions = {
  ...devnetDefaults,
  l1: { ...devnetDefaults.l1, mining: { kind: 'interval', seconds: 1 }, safeAfterBlocks: l1SafeAfterBlocks },
}

/** A batcher that is patient for seconds where it would be for minutes; policy tests hold the minutes, on a clock of their own. */
export const drillBatcher: ChildConfig = {
  'da.feePatienceMs': 5_000,
  'da.outagePatienceMs': 5_000,
  'da.probeAfterBatches': 2,
  'da.probeAfterMs': 20_000,
  'da.maxProbeMs': 20_000,
  'da.switchEveryMs': 10_000,
  'da.confirmations': 3,
  'l1.bumpAfterBlocks': 3,
}

/** Milliseconds between blocks of Celestia's double. */
export const celestiaBlockMs = 500
