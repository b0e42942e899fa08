import { type Bytes20, type Bytes32, toHex } from '@parley/protocol'
import { concurrently, Turns } from '@parley/runtime'
import { durable } from '@parley/runtime/level'
import { hexToBytes } from 'viem'
import { Admission } from './answers/admission.ts'
import { Answers, type Asker } from './answers/answers.ts'
import type { PdsDeps } from './deps.ts'
import { PdsError } from './faults.ts'
import type { Audience } from './forms/authorization.ts'
import { decodeScope, type Scope, type ScopeKind } from './forms/scope.ts'
import type { Signed } from './forms/signing.ts'
import { createMetrics, type PdsMetrics } from './metrics.ts'
import { type PdsOptions, type PdsSettings, settingsOf } from './options.ts'
import { Archive } from './state/archive.ts'
import { Places } from './state/places.ts'
import { Seen } from './state/seen.ts'
import { createTables, type Tables } from './state/tables.ts'
import { Users } from './state/users.ts'
import { Checkpoints } from './work/checkpoints.ts'
import { Finality } from './work/finality.ts'
import { Freshness } from './work/freshness.ts'
import { Inboxes } from './work/inboxes.ts'
import { InviteHeads } from './work/invite-heads.ts'
import { Judging } from './work/judging.ts'
import { Mirror } from './work/mirror.ts'
import { Records } from './work/records.ts'

/** Scopes that this service takes. */
export const scopesTaken: readonly ScopeKind[] = ['none', 'blind', 'sender']

/** Follows what comes for its users, keeps it, and signs what it says of it. */
export class Pds {
  readonly deps: PdsDeps
  readonly settings: PdsSettings
  readonly metrics: PdsMetrics
  readonly audience: Audience
  /** Checks who asks. */
  readonly admission: Admission
  readonly answers: Answers
  private readonly tables: Tables
  private readonly users: Users
  private readonly places: Places
  private readonly archive: Archive
  private readonly heads: InviteHeads
  private readonly freshness: Freshness
  private readonly mirror: Mirror
  private readonly records: Records
  private readonly finality: Finality
  private readonly inboxes: Inboxes
  private readonly judging: Judging
  private readonly checkpoints: Checkpoints
  private readonly giving = new Turns(1)

  private constructor(deps: PdsDeps, settings: PdsSettings, tables: Tables, users: Users, places: Places) {
    const { contracts, deployment, clock, log } = deps
    const place = { chainId: deployment.chainId, inbox: hexToBytes(contracts.inbox) }
    const claims = new Seen(clock)
    this.deps = deps
    this.settings = settings
    this.tables = tables
    this.users = users
    this.places = places
    this.audience = { ...place, pds: hexToBytes(deps.key.address) }
    this.admission = new Admission({ ...deps, users, audience: this.audience })
    this.metrics = createMetrics(deps.registry, { users, places, mirror: deps.mirror })
    this.archive = new Archive(tables, settings.archiveBytesPerUser)
    this.mirror = new Mirror({ ...deps, tables }, settings)
    this.records = new Records({ ...deps, tables, places, mirror: this.mirror })
    this.freshness = new Freshness({ ...deps, places, claims, settings, isFed: () => this.records.isFed })
    this.finality = new Finality({ ...deps, tables, places, records: this.records, claims })
    this.heads = new InviteHeads({ ...deps, place, isInstallation: this.admission.isInstallation })
    this.judging = new Judging({ ...deps, tables, users, mirror: this.mirror, openHead: this.heads.open })
    this.inboxes = new Inboxes(
      { ...deps, tables, users, mirror: this.mirror, onInvites: () => this.judging.look() },
      settings.inboxEveryMs,
    )
    this.checkpoints = new Checkpoints({
      ...deps,
      place,
      tables,
      users,
      places,
      archive: this.archive,
      assertFresh: (user) => this.freshness.assert(user),
      onCheckpoint: () => this.metrics.checkpoints.inc(),
    })
    const { mirror, archive, checkpoints, freshness, metrics } = this
    this.answers = new Answers({
      ...deps,
      place,
      tables,
      users,
      places,
      mirror,
      archive,
      checkpoints,
      freshness,
      metrics,
    })
    log.debug({ users: users.count, conversations: places.count }, 'post-delivery service opened')
  }

  /** Takes up what is stored. @throws {PdsError} `OPTION_OUT_OF_RANGE`, `RECORD_INVALID`. */
  static async open(deps: PdsDeps, options: PdsOptions = {}): Promise<Pds> {
    const settings = settingsOf(options)
    const tables = createTables(deps.db)
    const users = await Users.open(tables)
    const places = await Places.open(tables, deps.deployment.chainId)
    for (const { identity, scope } of users) for (const each of scope.conversations) places.add(each, toHex(identity))
    return new Pds(deps, settings, tables, users, places)
  }

  /** Follows everything until `signal`. @throws what ends the service: its own store. */
  async run(signal: AbortSignal): Promise<void> {
    const { finalEveryMs, checkpointEveryMs } = this.settings
    for (const user of this.users) this.inboxes.add(user)
    try {
      await concurrently(signal, [
        (inner) => this.freshness.run(inner),
        (inner) => this.mirror.run(inner),
        (inner) => this.records.run(inner),
        (inner) => this.finality.run(finalEveryMs, inner),
        (inner) => this.judging.run(inner),
        (inner) => this.checkpoints.run(checkpointEveryMs, inner),
        (inner) => this.mirror.kept.run(inner),
      ])
    } finally {
      await this.inboxes.close()
    }
  }

  /** Why the service does not do its job now; undefined when it does. */
  get unreadyBecause(): string | undefined {
    return this.freshness.unreadyBecause
  }

  get count(): number {
    return this.users.count
  }

  /**
   * Takes a user's scope. `none` forgets the user.
   * @throws {PdsError} `SCOPE_INVALID`, `SCOPE_UNSUPPORTED`, `SCOPE_OLD`, `USERS_FULL`.
   */
  async giveScope(asker: Asker, bytes: Uint8Array, authorization: string, signal: AbortSignal): Promise<Signed> {
    const scope = decodeScope(bytes)
    if (!scopesTaken.includes(scope.kind)) throw new PdsError({ code: 'SCOPE_UNSUPPORTED', scope: scope.kind })
    const { identity } = asker
    return this.giving.take(async () => {
      const before = this.users.find(identity)
      const { maxUsers } = this.settings
      if (before === undefined && scope.kind !== 'none' && this.users.count >= maxUsers)
        throw new PdsError({ code: 'USERS_FULL', maximum: maxUsers })
      const user = await this.users.give(identity, { bytes, scope, authorization, now: this.now() }, [])
      await this.changePlaces(identity, before?.scope, scope)
      if (scope.kind === 'none') {
        this.inboxes.remove(identity)
        await this.users.forget(identity)
      } else {
        this.inboxes.add(user)
        await this.judging.judgeAgain(identity)
      }
      const body = { number: scope.number, digest: user.scopeDigest, headKey: this.heads.keyFor(identity) }
      return this.answers.state(asker, user, 'scope', body)
    }, signal)
  }

  /** A content that is mirrored; undefined when it is not. */
  content(digest: Bytes32, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.mirror.kept.get(digest, signal)
  }

  lengthOf(digest: Bytes32): Promise<number | undefined> {
    return this.mirror.kept.lengthOf(digest)
  }

  /** Stores an archive segment, which is ciphertext to the service. @throws {PdsError} `USER_UNKNOWN`, `SEGMENT_OTHER`, `ARCHIVE_FULL`. */
  putSegment({ identity }: Asker, digest: Bytes32, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.giving.take(async () => {
      // Who was forgotten meanwhile stores nothing.
      this.users.get(identity)
      await this.archive.put(identity, digest, bytes)
    }, signal)
  }

  /** @throws {PdsError} `SEGMENT_UNKNOWN`. */
  segment({ identity }: Asker, digest: Bytes32): Promise<Uint8Array> {
    return this.archive.get(identity, digest)
  }

  /** Changes who is followed by what a scope has more and less. */
  private async changePlaces(identity: Bytes20, before: Scope | undefined, after: Scope): Promise<void> {
    const name = toHex(identity)
    const kept = new Set(after.conversations.map(({ shard, index }) => `${shard}/${index}`))
    for (const each of after.conversations) {
      const { place, isNew } = this.places.add(each, name)
      if (!isNew) continue
      await this.tables.db.batch([this.places.row(place)], durable)
      this.records.add(place)
    }
    for (const each of before?.conversations ?? [])
      if (!kept.has(`${each.shard}/${each.index}`) && (await this.places.leave(each, name))) this.records.remove(each)
  }

  private now(): bigint {
    return BigInt(Math.floor(this.deps.clock.now()))
  }
}
