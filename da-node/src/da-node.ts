import { statfs } from 'node:fs/promises'
import type { Clock } from '@parley/runtime'
import { concurrently } from '@parley/runtime'
import { openContentFiles } from '@parley/runtime/content-files'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { ChunkAnswerer, CommitteeChain } from './chain/committee-chain.ts'
import { L2View } from './chain/l2-view.ts'
import { Answering } from './challenges/answering.ts'
import { createMetrics, type DaNodeMetrics } from './metrics.ts'
import { type DaNodeOptions, type DaNodeSettings, settingsOf } from './options.ts'
import { PartStore, type TextLevel } from './store/part-store.ts'
import { Authorities } from './taking/authorities.ts'
import { Claimers } from './taking/claimers.ts'
import { type CheckForm, checkPartForm } from './taking/part-form.ts'
import { Room } from './taking/room.ts'
import { type MemberKey, Taking } from './taking/taking.ts'

export interface DaNodeDeps {
  readonly chain: CommitteeChain
  readonly key: MemberKey
  /** Answers questions; without it somebody else must. */
  readonly answerer?: ChunkAnswerer | undefined
  /** Directory of the parts; made when missing. */
  readonly dir: string
  /** What is known of them: open, of this node alone, closed after it. */
  readonly index: TextLevel
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  /** @default the codec's strict form of cores and witnesses */
  readonly checkForm?: CheckForm
  /** Bytes free on the disk. @default what the file system of `dir` says */
  readonly diskFree?: () => Promise<number>
}

/** A member of a DA committee, without its server. */
export interface DaNode {
  readonly settings: DaNodeSettings
  readonly key: MemberKey
  readonly chain: CommitteeChain
  readonly l2: L2View
  readonly store: PartStore
  readonly room: Room
  readonly authorities: Authorities
  readonly taking: Taking
  readonly metrics: DaNodeMetrics
  unreadyBecause(): string | undefined
  /** Follows the L2, lets go what has expired and answers questions, until `signal`. */
  run(signal: AbortSignal): Promise<void>
}

/**
 * Opens what is stored. Nothing is taken before `run` has seen the L2.
 * @throws {DaNodeError} `OPTION_OUT_OF_RANGE`, `RECORD_INVALID`; the system's error of the directory.
 */
export async function createDaNode(deps: DaNodeDeps, options: DaNodeOptions = {}): Promise<DaNode> {
  const settings = settingsOf(options)
  const { chain, key, answerer, dir, index, clock, log, registry, checkForm = checkPartForm } = deps
  const files = await openContentFiles(dir)
  const store = await PartStore.open({ index, files, log })
  const { address } = key
  const l2 = new L2View({ chain, address, clock, log }, settings)
  const metrics = createMetrics(registry, () => ({
    parts: store.usage.parts,
    bytes: store.usage.bytes,
    lost: store.lost,
    l2Time: Number(l2.last?.time ?? 0n),
    epoch: l2.place === undefined ? -1 : (l2.last?.epoch?.number ?? -1),
  }))
  const room = new Room({ store, diskFree: deps.diskFree ?? (() => freeOn(dir)) }, settings)
  const claimers = new Claimers({ chain, clock, log }, settings.claimerMs)
  const { instance } = chain
  const authorities = new Authorities({ instance, l2, claimers }, settings)
  const taking = new Taking({ instance, key, l2, store, room, checkForm })
  if (answerer === undefined)
    log.warn('no key pays for answers: what is asked of this member somebody else must answer')
  const answering = answerer && new Answering({ chain, answerer, address, l2, store, clock, log, metrics }, settings)
  return {
    settings,
    key,
    chain,
    l2,
    store,
    room,
    authorities,
    taking,
    metrics,
    unreadyBecause: () => l2.unreadyBecause(),
    run: (signal) =>
      concurrently(signal, [
        (inner) => l2.run((time) => letGo(store, time, log, inner), inner),
        ...(answering === undefined ? [] : [(inner: AbortSignal) => answering.run(inner)]),
      ]),
  }
}

/** A disk that fails now may work later; what was to go stays until then. */
async function letGo(store: PartStore, time: bigint, log: Logger, signal: AbortSignal): Promise<void> {
  try {
    await store.letGo(time, signal)
  } catch (error) {
    if (!signal.aborted) log.error({ err: error }, 'what has expired cannot be removed')
  }
}

async function freeOn(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}
