import { NetworkError } from './faults.ts'

/** How a process takes part. All optional. */
export interface NetworkOptions {
  /** Addresses listened at, as multiaddrs; none to be reached by nobody. @default /ip4/0.0.0.0/tcp/9610 */
  readonly listen?: readonly string[]
  /** Addresses told to others, instead of those found. @default none */
  readonly announce?: readonly string[]
  /** Peers that are dialled first, with their ids, and dnsaddr names that lead to some. @default none */
  readonly bootnodes?: readonly string[]
  /** Dial, and pass on, private, loopback, link-local and carrier addresses. @default false */
  readonly allowPrivate?: boolean
  /** Connections at most, 1 to 1,000. @default 50 */
  readonly maxPeers?: number
  /** Peers that are dialled until there are as many, 1 to 1,000. @default 16 */
  readonly wantedPeers?: number
  /** Blocks behind the head that are pulled where they are missing, and kept; 1 to 1,048,576. @default 4,096 */
  readonly historyBlocks?: number
  /** Bytes of pulled blocks that are kept, at least 8 MiB. @default 512 MiB */
  readonly keptBytes?: number
  /** Pull no blocks and serve none: only headers and evidence. @default false */
  readonly light?: boolean
  /** Milliseconds between looks at peers that are missing, 10 to 60,000. @default 2,000 */
  readonly lookEveryMs?: number
}

export type NetworkSettings = Required<NetworkOptions>

type Bounds = readonly [standard: number, least: number, most: number]

const bounds: Readonly<Record<'maxPeers' | 'wantedPeers' | 'historyBlocks' | 'keptBytes' | 'lookEveryMs', Bounds>> = {
  maxPeers: [50, 1, 1_000],
  wantedPeers: [16, 1, 1_000],
  historyBlocks: [4_096, 1, 1_048_576],
  keptBytes: [512 * 2 ** 20, 8 * 2 ** 20, 2 ** 40],
  lookEveryMs: [2_000, 10, 60_000],
}

/** Port that peers are listened for at. */
const standardPort = 9_610

/** Fills in defaults and checks every bound. @throws {NetworkError} `OPTION_INVALID` naming option and bound. */
export function settingsOf(options: NetworkOptions): NetworkSettings {
  const numbers = Object.fromEntries(
    Object.entries(bounds).map(([option, [standard, least, most]]) => {
      const value = options[option as keyof typeof bounds] ?? standard
      if (!Number.isSafeInteger(value) || value < least || value > most)
        throw new NetworkError({
          code: 'OPTION_INVALID',
          option,
          value: String(value),
          expected: `an integer of ${least} to ${most}`,
        })
      return [option, value]
    }),
  ) as Record<keyof typeof bounds, number>
  return {
    listen: options.listen ?? [`/ip4/0.0.0.0/tcp/${standardPort}`],
    announce: options.announce ?? [],
    bootnodes: options.bootnodes ?? [],
    allowPrivate: options.allowPrivate ?? false,
    light: options.light ?? false,
    ...numbers,
  }
}
