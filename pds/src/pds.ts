import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { MessagingError } from '@parley/messaging'
import { ContactDirectory, type InviteHead, openInviteHead } from '@parley/messaging/serving'
import { type Bytes20, type Bytes32, joinBytes, type Millis, sameBytes, toHex } from '@parley/protocol'
import { concurrently, pause, Turns } from '@parley/runtime'
import { durable } from '@parley/runtime/level'
import { hexToBytes } from 'viem'
import { getBlockNumber } from 'viem/actions'
import type { PdsDeps } from './deps.ts'
import { PdsError } from './faults.ts'
import { type Audience, type Authorization, isAuthorized, type SignedRequest } from './forms/authorization.ts'
import { decodeScope, type Scope, type ScopeKind } from './forms/scope.ts'
import { type Signed, type SigningPlace, signBytes } from './forms/signing.ts'
import { type BodyOf, encodeStatement, type StatementKind } from './forms/statements.ts'
import { pdsLimits } from './limits.ts'
import { createMetrics, type PdsMetrics } from './metrics.ts'
import { Nonces } from './nonces.ts'
import { type PdsOptions, type PdsSettings, settingsOf } from './options.ts'
import { Archive } from './state/archive.ts'
import { entriesOf, type Place, Places, placeKey } from './state/places.ts'
import { Seen } from './state/seen.ts'
import { numberKey } from './state/table.ts'
import { createTables, type Tables } from './state/tables.ts'
import { type Standing, type User, Users } from './state/users.ts'
import { Checkpoints } from './work/checkpoints.ts'
import { Finality } from './work/finality.ts'
import { Inboxes } from './work/inboxes.ts'
import { Judging, type OpenHead, sequenceOf } from './work/judging.ts'
import { Mirror } from './work/mirror.ts'
import { Records } from './work/records.ts'

/** Scopes that this service takes. */
export const scopesTaken: readonly ScopeKind[] = ['none', 'blind', 'sender']

const retryAfterMs = 1_000
/** Reads of the directory at once: an L2 is asked for all users. */
const directoryAtOnce = 16
const readsAtMost = 5
const zeros = new Uint8Array(32)
const headInfo = new TextEncoder().encode('parley/pds/head/1')

/** Who asks, checked: an installation of the identity, now. */
export type Asker = Pick<Authorization, 'identity' | 'nonce'>

/** Follows what comes for its users, keeps it, and signs what it says of it. */
export class Pds {
  readonly deps: PdsDeps
  readonly settings: PdsSettings
  readonly metrics: PdsMetrics
  readonly audience: Audience
  private readonly place: SigningPlace
  private readonly tables: Tables
  private readonly users: Users
  private readonly places: Places
  private readonly heads: Seen
  private readonly claims: Seen
  private readonly archive: Archive
  private readonly mirror: Mirror
  private readonly records: Records
  private readonly finality: Finality
  private readonly inboxes: Inboxes
  private readonly judging: Judging
  private readonly checkpoints: Checkpoints
  private readonly directory: ContactDirectory
  private readonly reading = new Turns(directoryAtOnce)
  private readonly giving = new Turns(1)
  private readonly nonces: Nonces

  private constructor(deps: PdsDeps, settings: PdsSettings, tables: Tables, users: Users, places: Places) {
    const { client, contracts, deployment, clock, log } = deps
    this.deps = deps
    this.settings = settings
    this.tables = tables
    this.users = users
    this.places = places
    this.place = { chainId: deployment.chainId, inbox: hexToBytes(contracts.inbox) }
    this.audience = { ...this.place, pds: hexToBytes(deps.key.address) }
    this.heads = new Seen(clock)
    this.claims = new Seen(clock)
    this.nonces = new Nonces(clock, 2 * pdsLimits.requestMs)
    this.metrics = createMetrics(deps.registry, { users, places, mirror: deps.mirror })
    this.archive = new Archive(tables, settings.archiveBytesPerUser)
    this.mirror = new Mirror({ ...deps, tables }, settings)
    this.records = new Records({ ...deps, tables, places, mirror: this.mirror })
    this.finality = new Finality({ ...deps, tables, places, records: this.records, claims: this.claims })
    this.judging = new Judging({ ...deps, tables, users, mirror: this.mirror, openHead: this.openHead })
    this.inboxes = new Inboxes(
      { ...deps, tables, users, mirror: this.mirror, onInvites: () => this.judging.look() },
      settings.inboxEveryMs,
    )
    this.checkpoints = new Checkpoints({
      ...deps,
      place: this.place,
      tables,
      users,
      places,
      archive: this.archive,
      assertFresh: (user) => this.assertFresh(user),
      onCheckpoint: () => this.metrics.checkpoints.inc(),
    })
    this.directory = new ContactDirectory(client, contracts.directory, { now: () => this.now() as Millis })
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
        (inner) => this.followHead(inner),
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
    const { maxBehindMs } = this.settings
    if (this.heads.silentMs > maxBehindMs) return 'the L2 does not answer'
    if (this.claims.silentMs > maxBehindMs + this.settings.finalEveryMs) return 'final claims cannot be read on the L2'
    return undefined
  }

  get count(): number {
    return this.users.count
  }

  /** The key that a user puts into the directory so that invites’ heads are sealed to it. */
  headKey(identity: Bytes20): Bytes32 {
    return x25519.getPublicKey(this.headSecret(identity))
  }

  /**
   * Checks who asks.
   * @param isUser - Whether only users may: then nobody else makes the service read the directory.
   * @throws {PdsError} `AUTHORIZATION_INVALID`, `AUTHORIZATION_OLD`, `AUTHORIZATION_REPEATED`, `INSTALLATION_UNKNOWN`, `USER_UNKNOWN`, `PDS_BEHIND`.
   */
  async admit(
    request: SignedRequest,
    authorization: Authorization,
    isUser: boolean,
    signal: AbortSignal,
  ): Promise<Asker> {
    const { identity, key, at, nonce } = authorization
    const now = this.now()
    const maximumMs = pdsLimits.requestMs
    if (at < now - BigInt(maximumMs) || at > now + BigInt(maximumMs))
      throw new PdsError({ code: 'AUTHORIZATION_OLD', at, now, maximumMs })
    if (isUser) this.users.get(identity)
    if (!isAuthorized(this.audience, request, authorization))
      throw new PdsError({ code: 'AUTHORIZATION_INVALID', reason: 'the signature does not hold' })
    if (!(await this.isInstallation(identity, key, signal)))
      throw new PdsError({ code: 'INSTALLATION_UNKNOWN', identity, key })
    // Last, so that nobody else can use a nonce up.
    if (!this.nonces.take(joinBytes([key, nonce]))) throw new PdsError({ code: 'AUTHORIZATION_REPEATED', nonce })
    return { identity, nonce }
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
      const body = { number: scope.number, digest: user.scopeDigest, headKey: this.headKey(identity) }
      return this.state(asker, user, 'scope', body)
    }, signal)
  }

  /** Invites from one on, in the inbox's order, all of one moment. */
  async inbox(asker: Asker, from: bigint): Promise<Signed> {
    return this.consistently('the inbox', async () => {
      const user = this.fresh(asker)
      const standing = user.standing as Standing
      const body = await this.inboxPage(user, standing, from)
      return user.standing === standing ? this.state(asker, user, 'inbox', body) : undefined
    })
  }

  private async inboxPage(
    { identity, scope }: User,
    { count, head }: Standing,
    from: bigint,
  ): Promise<BodyOf<'inbox'>> {
    const invites: BodyOf<'inbox'>['invites'] = []
    const { invites: table } = this.tables
    const before = from === 0n || from > count ? undefined : await table.get(identity, numberKey(from - 1n))
    const body = { from, headBefore: before?.head ?? zeros, invites, count, head }
    if (from >= count) return body
    for await (const { rest, value } of table.rows([identity], { from: numberKey(from), limit: pdsLimits.page })) {
      if (sequenceOf(rest) >= count) break
      const { contentDigest: digest, sender, fee, muted } = value
      const hidden = value.scope === scope.number ? value.hidden : 0
      invites.push({
        contentDigest: digest,
        sender,
        fee,
        muted,
        hidden,
        keptUntil: await this.mirror.keptUntil(digest),
      })
    }
    return body
  }

  /** Tries again while what is read changes meanwhile. @throws {PdsError} `PDS_BEHIND`. */
  private async consistently<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
    for (let i = 0; i < readsAtMost; i += 1) {
      const found = await read()
      if (found !== undefined) return found
    }
    throw new PdsError({ code: 'PDS_BEHIND', what, reason: 'it changes faster than it is read', retryAfterMs })
  }

  /** What was hidden, and why. */
  async hidden(asker: Asker, from: bigint): Promise<Signed> {
    const user = this.fresh(asker)
    const hidden: BodyOf<'hidden'>['hidden'] = []
    let next = from
    let more = false
    let looked = 0
    for await (const { rest, value } of this.tables.invites.rows([user.identity], { from: numberKey(from) })) {
      const sequence = sequenceOf(rest)
      if (hidden.length === pdsLimits.page || looked === pdsLimits.looked) {
        more = true
        break
      }
      looked += 1
      next = sequence + 1n
      if (value.hidden === 0 || value.scope !== user.scope.number) continue
      const {
        contentDigest: digest,
        hidden: rule,
        scope,
        opened,
        muted,
        fee,
        l2Number,
        l2Hash,
        listed,
        surcharge,
        stake,
      } = value
      const judged = { l2Number, l2Hash, listed, surcharge, stake }
      hidden.push({ sequence, contentDigest: digest, rule: rule - 1, scope, sender: opened, muted, fee, ...judged })
    }
    return this.state(asker, user, 'hidden', { from, hidden, next, more })
  }

  /** Conversations of which something is new since a number that an earlier answer gave. */
  async conversations(asker: Asker, since: bigint): Promise<Signed> {
    const user = this.fresh(asker)
    const all = user.scope.conversations.flatMap((named) => {
      const place = this.places.find(named)
      return place === undefined ? [] : [{ named, place }]
    })
    const newer = all
      .filter(({ place }) => place.changed > since)
      .sort((a, b) => (a.place.changed < b.place.changed ? -1 : 1))
    const told = newer.slice(0, pdsLimits.page)
    const conversations = told.map(({ named: { shard, index, id }, place }) => {
      const { record, final, changed } = place
      const isSame = sameBytes(place.id, id)
      const known = isSame ? record : undefined
      return {
        shard,
        index,
        id,
        messages: known?.cursor.messages ?? 0n,
        changes: known?.cursor.changes ?? 0n,
        head: known?.head ?? zeros,
        changed,
        followed: known !== undefined,
        finalClaim: final.claim,
        finalBlock: final.block,
        finalMessages: isSame ? final.messages : 0n,
        finalChanges: isSame ? final.changes : 0n,
        finalHead: isSame ? final.head : zeros,
      }
    })
    const next = told.at(-1)?.place.changed ?? since
    const more = newer.length > told.length
    return this.state(asker, user, 'conversations', { since, conversations, next, more, total: all.length })
  }

  /** Entries of one conversation's record, messages and changes counted together from 0. @throws {PdsError} `RECORD_UNKNOWN`. */
  async record(asker: Asker, shard: number, index: number, from: bigint): Promise<Signed> {
    return this.consistently(`conversation ${shard}/${index}`, async () => {
      const user = this.fresh(asker)
      const named = user.scope.conversations.find((each) => each.shard === shard && each.index === index)
      const place = this.places.find({ shard, index })
      const { record } = place ?? {}
      if (named === undefined || place === undefined || record === undefined || !sameBytes(place.id, named.id))
        throw new PdsError({ code: 'RECORD_UNKNOWN', shard, index })
      const { cursor, head } = record
      const total = entriesOf(record)
      const headBefore = await this.places.headAt(place, from)
      const entries: BodyOf<'record'>['entries'] = []
      if (headBefore !== undefined) await this.readEntries(place, from, total, entries)
      const isStill = sameBytes((await this.places.headAt(place, total)) ?? zeros, head)
      const body = { shard, index, id: place.id, from, headBefore: headBefore ?? zeros, entries, ...cursor, head }
      return isStill ? this.state(asker, user, 'record', body) : undefined
    })
  }

  private async readEntries(
    place: Place,
    from: bigint,
    total: bigint,
    entries: BodyOf<'record'>['entries'],
  ): Promise<void> {
    const rows = this.tables.entries.rows([placeKey(place)], { from: numberKey(from), limit: pdsLimits.page })
    let bytes = 0
    for await (const { rest, value } of rows) {
      if (sequenceOf(rest) >= total) return
      const { slot, nonce, content, change, time } = value
      bytes += change.length
      if (bytes > pdsLimits.answerBytes / 2) return
      const keptUntil = change.length > 0 ? 0n : await this.mirror.keptUntil(content)
      entries.push({ slot, nonce, content, change, time, keptUntil })
    }
  }

  /** The newest checkpoint. @throws {PdsError} `CHECKPOINT_NONE`. */
  async checkpoint(asker: Asker): Promise<Signed> {
    const user = this.fresh(asker)
    const { number, bytes, signature } = await this.checkpoints.latest(user)
    return this.state(asker, user, 'checkpoint', { number, checkpoint: bytes, signature })
  }

  /** Which of some contents are here, and until when. */
  async held(asker: Asker, digests: readonly Bytes32[]): Promise<Signed> {
    const user = this.users.get(asker.identity)
    const contents: BodyOf<'held'>['contents'] = []
    for (const digest of digests) contents.push({ digest, keptUntil: await this.mirror.keptUntil(digest) })
    return this.state(asker, user, 'held', { contents })
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

  /** Segments of a user, behind one in the order of their digests. */
  async segments(asker: Asker, after: Bytes32): Promise<Signed> {
    const user = this.users.get(asker.identity)
    const page = await this.archive.list(user.identity, after, pdsLimits.page)
    const { bytes } = await this.archive.size(user.identity)
    return this.state(asker, user, 'segments', { after, ...page, bytes })
  }

  /** Who invites, by a head that is sealed to the service's key for this user, and by a device that the directory has. */
  private readonly openHead: OpenHead = async ({ identity }, envelope, signal) => {
    const to = { ...this.place, recipient: identity }
    let head: InviteHead | undefined
    try {
      head = await openInviteHead(envelope, to, this.headSecret(identity))
    } catch (error) {
      if (error instanceof MessagingError) return undefined
      throw error
    }
    if (head === undefined) return undefined
    return (await this.isInstallation(head.sender, head.senderKey, signal)) ? head.sender : undefined
  }

  private headSecret(identity: Bytes20): Uint8Array {
    return hkdf(sha256, this.deps.secret, identity, headInfo, 32)
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

  /** Whether the directory has a device of an identity, as read lately. @throws {PdsError} `PDS_BEHIND`. */
  private async isInstallation(identity: Bytes20, key: Bytes32, signal: AbortSignal): Promise<boolean> {
    const oldest = (this.now() - BigInt(pdsLimits.directoryMs)) as Millis
    try {
      const { installations } = await this.reading.take(
        () => this.directory.installations(identity, signal, oldest),
        signal,
      )
      return installations.some((each) => sameBytes(each, key))
    } catch (error) {
      signal.throwIfAborted()
      const reason = (error as Error).message
      throw new PdsError({ code: 'PDS_BEHIND', what: 'the directory', reason, retryAfterMs }, { cause: error })
    }
  }

  /** A user of whom the service knows how things stand now. @throws {PdsError} `USER_UNKNOWN`, `PDS_BEHIND`. */
  private fresh({ identity }: Asker): User {
    const user = this.users.get(identity)
    this.assertFresh(user)
    return user
  }

  /** Whoever signs must know: what is old is not said at all. @throws {PdsError} `PDS_BEHIND`. */
  private assertFresh({ standing, scope }: User): void {
    const { maxBehindMs } = this.settings
    const behind = (what: string, reason: string) => new PdsError({ code: 'PDS_BEHIND', what, reason, retryAfterMs })
    const unready = this.unreadyBecause
    if (unready !== undefined) throw behind('the L2', unready)
    if (standing === undefined) throw behind('the inbox', 'it was not read yet')
    const behindMs = this.heads.behindMs(standing.l2Number)
    if (behindMs > maxBehindMs) throw behind('the inbox', `it is ${Math.floor(behindMs)} ms behind the L2`)
    for (const each of scope.conversations) {
      const claim = this.places.find(each)?.final.claim ?? 0n
      const isUnproven = claim === 0n && (this.claims.latest ?? 0n) > 0n
      if (isUnproven) throw behind(`conversation ${each.shard}/${each.index}`, 'its record was not proven yet')
      const ms = this.claims.behindMs(claim)
      if (ms > maxBehindMs)
        throw behind(
          `conversation ${each.shard}/${each.index}`,
          `it is ${Math.floor(ms)} ms behind the newest final claim`,
        )
    }
  }

  private async followHead(signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.deps
    while (!signal.aborted) {
      try {
        this.heads.see(await getBlockNumber(client, { cacheTime: 0 }))
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'the L2 does not answer')
      }
      await pause(clock, this.settings.inboxEveryMs, signal)
    }
  }

  private async state<K extends StatementKind>(asker: Asker, user: User, kind: K, body: BodyOf<K>): Promise<Signed> {
    const { standing, scope } = user
    const bytes = encodeStatement({
      kind,
      body,
      ...this.place,
      identity: asker.identity,
      nonce: asker.nonce,
      answeredAt: this.now(),
      l2Number: standing?.l2Number ?? 0n,
      l2Hash: standing?.l2Hash ?? zeros,
      scope: scope.number,
    })
    this.metrics.answered.inc({ kind })
    return signBytes(this.deps.key, this.place, 'Statement', bytes)
  }

  private now(): bigint {
    return BigInt(Math.floor(this.deps.clock.now()))
  }
}
