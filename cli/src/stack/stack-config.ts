import type { Config } from '../config/config.ts'
import type { StackPlaces } from './stack.ts'

/** How often a process of the stack looks at the L2, whose blocks come every second. Milliseconds. */
export const stackPollMs = 250

/** The configuration with the places of a stack put in, for reading it from this process. */
export function stackConfig(config: Config, places: StackPlaces): Config {
  return {
    ...config,
    l1: { ...config.l1, url: places.l1Url, beaconUrl: places.l1Url },
    l2: { ...config.l2, url: places.l2Url, rollup: places.rollup, pollMs: stackPollMs },
    da: { ...config.da, localUrl: places.daLocalUrl },
    sequencer: { ...config.sequencer, url: places.sequencerUrl },
    node: { ...config.node, url: places.nodeUrl },
  }
}
