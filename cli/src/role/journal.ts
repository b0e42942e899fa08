import {
  assertSynced,
  connectNats,
  openJournal,
  Replica,
  ReplicaJournal,
  replicaName,
  streamName,
} from '@parley/journal'
import { type Journal, JournalError } from '@parley/protocol'
import type { BytesLevel } from '@parley/runtime/level'
import type { Shared } from '@parley/sequencer'
import type { Registry } from 'prom-client'
import { type Config, needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import type { DataDir } from './data-dir.ts'
import { storeKinds } from './store-kinds.ts'

/** The stores of a journal. */
export interface JournalStores {
  readonly records: BytesLevel
  /** Of a journal that several sequencers share. */
  readonly places: BytesLevel | undefined
}

/** @throws {JournalError} `JOURNAL_KIND_CHANGED` when a shared journal is to be gone on with alone. */
export async function openJournalStores({ config }: Pick<Context, 'config'>, dataDir: DataDir): Promise<JournalStores> {
  const { kind } = config.journal
  const place = 'sequencer place in the journal'
  if (kind === 'local' && (await dataDir.has(place)))
    throw new JournalError({
      code: 'JOURNAL_KIND_CHANGED',
      from: 'jetstream',
      to: kind,
      reason: `another replica may lead: remove ${storeKinds[place].directory} from ${dataDir.path} once none can any more`,
    })
  return {
    records: await dataDir.bytes('sequencer journal'),
    places: kind === 'local' ? undefined : await dataDir.bytes(place),
  }
}

/** Whether every record that a server has answered for is on its disk, as far as the servers' monitors say. */
export async function assertJournalIsDurable({ config, log, signal }: Context): Promise<void> {
  const { kind, monitors, allowUnsynced } = config.journal
  if (kind === 'local') return
  if (!allowUnsynced) await assertSynced(monitors, signal)
  else log.warn('UNSYNCED JOURNAL: when all its servers lose power at once, what was accepted last is lost')
}

/**
 * The journal that the configuration names. A shared one is read to its end, and does not lead yet.
 * @param yields - whether this sequencer just led and let another one lead
 * @throws {CliError} `CONFIG_VALUE_INVALID`, `CONFIG_VALUE_MISSING`. @throws {JournalError}
 */
export async function openConfiguredJournal(
  { config, clock, log }: Context,
  { records, places }: JournalStores,
  registry: Registry,
  yields: boolean,
  signal: AbortSignal,
): Promise<Journal | ReplicaJournal> {
  const local = await openJournal({ db: records, registry }, { groupMs: config.sequencer.journalGroupMs })
  if (places === undefined) return local
  const { takeoverAfterMs } = config.journal
  const nats = natsOf(config)
  const deps = { connect: () => connectNats(nats), clock, log: log.child({ part: 'journal' }), local, places, registry }
  const replica = await Replica.open(deps, { name: replicaOf(config) }, signal)
  log.info(
    { replica: replica.name, servers: nats.servers },
    'reading along in the shared journal until this sequencer leads',
  )
  return new ReplicaJournal(replica, clock, { takeoverAfterMs, yields })
}

/** What a sequencer is given of a shared journal: while it stands by, `serve` answers in its place. */
export function sharedWhile(journal: ReplicaJournal, serve: () => Promise<{ close(): Promise<void> }>): Shared {
  return {
    ended: journal.ended,
    leave: () => journal.leave(),
    close: () => journal.close(),
    async *untilLeading(from, signal) {
      const server = await serve()
      try {
        yield* journal.untilLeading(from, signal)
      } finally {
        await server.close()
      }
    },
  }
}

function natsOf(config: Config) {
  const { servers, token, stream, copies } = config.journal
  if (servers.length === 0) needed(config, 'journal.servers')
  if (servers.length === 0) throw invalid('journal.servers', 'must name a server')
  if (!streamName.test(stream)) throw invalid('journal.stream', 'must be 1 to 32 characters a to z, 0 to 9 and -')
  return { servers, ...(token !== undefined && { token: token.reveal() }), rollup: stream, replicas: copies }
}

function replicaOf(config: Config): string {
  const name = needed(config, 'journal.replica')
  if (!replicaName.test(name)) throw invalid('journal.replica', 'must be 1 to 64 characters a to z, 0 to 9 and -')
  return name
}

function invalid(key: string, reason: string): CliError {
  return new CliError({ code: 'CONFIG_VALUE_INVALID', key, source: 'the configuration', reason })
}
