import { Secret } from '@parley/cli'
import type { Config } from '../config/settings.ts'

/** How often a process of the stack looks at the L2, whose blocks come every second. Milliseconds. */
export const stackPollMs = 250

/** Where the double of Celestia serves, and the token that reads there. */
export interface CelestiaPlace {
  readonly url: string
  readonly chainId: string
  readonly token: string
}

/** Where clients of messaging find what serves them. */
export interface MessagingPlaces {
  /** Contracts on the L2. */
  readonly directory: `0x${string}`
  readonly inbox: `0x${string}`
  /** Each with the address of the key that it promises by. */
  readonly gateways: readonly { readonly url: string; readonly key: `0x${string}` }[]
  readonly storeUrls: readonly string[]
  /** With the address of the key that it signs by; undefined where no node proves what it says. */
  readonly pds: { readonly url: string; readonly key: `0x${string}` } | undefined
}

/** Where everything is. */
export interface StackPlaces {
  readonly l1Url: string
  readonly l2Url: string
  readonly rollup: `0x${string}`
  readonly daLocalUrl: string | undefined
  readonly altDaUrl: string | undefined
  readonly celestia: CelestiaPlace | undefined
  /** Members of the committee; none without one. */
  readonly daNodeUrls: readonly string[]
  readonly sequencerUrl: string
  readonly batcherUrl: string
  readonly nodeUrl: string | undefined
  /** Undefined where none runs. */
  readonly relayUrl: string | undefined
  /** Undefined without messaging. */
  readonly messaging: MessagingPlaces | undefined
}

/** The configuration with the places of a stack put in, for reading it from this process. */
export function stackConfig(config: Config, places: StackPlaces): Config {
  return {
    ...config,
    l1: { ...config.l1, url: [places.l1Url], beaconUrl: [places.l1Url], slots: 'block-number' },
    l2: { ...config.l2, url: places.l2Url, rollup: places.rollup, pollMs: stackPollMs },
    da: {
      ...config.da,
      localUrl: places.daLocalUrl,
      altDaUrl: places.altDaUrl,
      celestiaUrl: places.celestia?.url,
      celestiaChainId: places.celestia?.chainId,
      celestiaToken: places.celestia && new Secret(places.celestia.token),
    },
    sequencer: { ...config.sequencer, url: places.sequencerUrl },
    node: { ...config.node, url: places.nodeUrl },
  }
}
