import type { Bytes32 } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { ContentStore } from './content-store.ts'

export interface ContentPeerDeps {
  readonly store: ContentStore
  /** Keeps the key by which peers know this one. */
  readonly keys: { get(key: string): Promise<string | undefined>; put(key: string, value: string): Promise<void> }
  readonly clock: Clock
  readonly log: Logger
}

export interface ContentPeerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Multiaddresses of stores that are asked for what this one does not have. */
  readonly peers: readonly string[]
}

/** A store among others, that exchanges contents with them. */
export interface ContentPeer {
  /** Where others find it, with its peer id. */
  readonly addresses: readonly string[]
  /** Asks the peers for a content; undefined when none gave it in time, or as many are asked for as may be. */
  fetch(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

export type OpenContentPeer = (deps: ContentPeerDeps, options: ContentPeerOptions) => Promise<ContentPeer>
