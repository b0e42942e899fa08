import { readFileSync } from 'node:fs'
import type { QuotaOptions } from './quota.ts'

/** What addresses, connections and requests may cost. One address is an IPv4 address or an IPv6 network of 64 bits. */
export interface GuardOptions extends QuotaOptions {
  /** Proxies whose X-Forwarded-For is believed: addresses or networks. Their own connections are not counted by address. */
  readonly trustedProxies: readonly string[]
  /** Port that alone serves `/metrics`, on the same host; 0 takes a free one. Left out, the main port serves them, too. */
  readonly metricsPort?: number | undefined
  /** Milliseconds in which the head of a request must have come in. */
  readonly headersTimeoutMs: number
  /** Milliseconds in which a whole request must have come in. */
  readonly requestTimeoutMs: number
  /** Milliseconds that a connection without a request stays open. */
  readonly keepAliveMs: number
  /** Milliseconds without any byte leaving after which a connection with an unsent answer is cut. */
  readonly stalledMs: number
  /** TCP connections at most; fewer when the process may open fewer files. */
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  /** Requests of one connection that are worked on at once; those sent ahead wait. */
  readonly maxRequestsPerConnection: number
  /** Requests of one address sent ahead that wait; the connection that sends more is answered 429 and closed. */
  readonly maxWaitingPerAddress: number
  /** Bytes of bodies and answers held at once, those reserved for what is under way included. */
  readonly maxHeldBytes: number
  readonly maxHeldBytesPerAddress: number
}

type Bounds = readonly [standard: number, minimum: number, maximum: number]

const most = Number.MAX_SAFE_INTEGER
const day = 86_400_000
const MiB = 1024 * 1024

/** Default, minimum and maximum of each number. */
export const guardBounds = {
  headersTimeoutMs: [5_000, 1, day],
  requestTimeoutMs: [10_000, 1, day],
  keepAliveMs: [10_000, 1, day],
  stalledMs: [30_000, 1, day],
  maxConnections: [10_000, 1, 1_000_000],
  maxConnectionsPerAddress: [500, 1, 1_000_000],
  maxRequestsPerConnection: [8, 1, 1_000],
  maxWaitingPerAddress: [2_048, 0, 1_000_000],
  maxHeldBytes: [256 * MiB, 64 * 1024, most],
  maxHeldBytesPerAddress: [64 * MiB, 64 * 1024, most],
  quotaBurst: [1_000_000, 1, most],
  quotaPerSecond: [200_000, 1, most],
  quotaSources: [65_536, 1, 10_000_000],
} as const satisfies Record<Exclude<keyof GuardOptions, 'trustedProxies' | 'metricsPort'>, Bounds>

const defaults = Object.fromEntries(Object.entries(guardBounds).map(([name, [standard]]) => [name, standard]))

/** Fills in defaults. Whoever calls checks the bounds, with faults of its own. */
export function guardOptions(options: Partial<GuardOptions>): GuardOptions {
  return { trustedProxies: [], ...defaults, ...options } as GuardOptions
}

/** Files left to stores, logs and outgoing connections. */
const filesKept = 128

/** Connections that the process can hold open beside its own files. */
export function connectionsWithin({ maxConnections }: GuardOptions, openFiles = openFilesLimit()): number {
  return Math.max(1, Math.min(maxConnections, openFiles - filesKept))
}

/** Files that this process may open; no bound where the system does not say. */
function openFilesLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    // Only Linux tells.
    return Number.POSITIVE_INFINITY
  }
}
