import { type Bytes32, sameBytes } from '@parley/protocol'
import type { PdsDeps } from '../deps.ts'
import { PdsError } from '../faults.ts'
import type { Authorization } from '../forms/authorization.ts'
import { type Signed, type SigningPlace, signBytes } from '../forms/signing.ts'
import { type BodyOf, encodeStatement, type StatementKind } from '../forms/statements.ts'
import { pdsLimits, retryAfterMs } from '../limits.ts'
import type { PdsMetrics } from '../metrics.ts'
import type { Archive } from '../state/archive.ts'
import { entriesOf, type Place, type Places, placeKey } from '../state/places.ts'
import { numberKey } from '../state/table.ts'
import type { Tables } from '../state/tables.ts'
import type { Standing, User, Users } from '../state/users.ts'
import type { Checkpoints } from '../work/checkpoints.ts'
import type { Freshness } from '../work/freshness.ts'
import { sequenceOf } from '../work/judging.ts'
import type { Mirror } from '../work/mirror.ts'

const readsAtMost = 5
const zeros = new Uint8Array(32)

/** Who asks, checked: an installation of the identity, now. */
export type Asker = Pick<Authorization, 'identity' | 'nonce'>

export interface AnswersDeps extends Pick<PdsDeps, 'key' | 'clock'> {
  readonly place: SigningPlace
  readonly tables: Tables
  readonly users: Users
  readonly places: Places
  readonly mirror: Mirror
  readonly archive: Archive
  readonly checkpoints: Checkpoints
  readonly freshness: Freshness
  readonly metrics: Pick<PdsMetrics, 'answered'>
}

/** What the service says of what it has, each answer signed for who asked. */
export class Answers {
  private readonly deps: AnswersDeps

  constructor(deps: AnswersDeps) {
    this.deps = deps
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
    const { invites: table } = this.deps.tables
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
        keptUntil: await this.deps.mirror.keptUntil(digest),
      })
    }
    return body
  }

  /** What was hidden, and why. */
  async hidden(asker: Asker, from: bigint): Promise<Signed> {
    const user = this.fresh(asker)
    const hidden: BodyOf<'hidden'>['hidden'] = []
    let next = from
    let more = false
    let looked = 0
    for await (const { rest, value } of this.deps.tables.invites.rows([user.identity], { from: numberKey(from) })) {
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
      const place = this.deps.places.find(named)
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
      const place = this.deps.places.find({ shard, index })
      const { record } = place ?? {}
      if (named === undefined || place === undefined || record === undefined || !sameBytes(place.id, named.id))
        throw new PdsError({ code: 'RECORD_UNKNOWN', shard, index })
      const { cursor, head } = record
      const total = entriesOf(record)
      const headBefore = await this.deps.places.headAt(place, from)
      const entries: BodyOf<'record'>['entries'] = []
      if (headBefore !== undefined) await this.readEntries(place, from, total, entries)
      const isStill = sameBytes((await this.deps.places.headAt(place, total)) ?? zeros, head)
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
    const rows = this.deps.tables.entries.rows([placeKey(place)], { from: numberKey(from), limit: pdsLimits.page })
    let bytes = 0
    for await (const { rest, value } of rows) {
      if (sequenceOf(rest) >= total) return
      const { slot, nonce, content, change, time } = value
      bytes += change.length
      if (bytes > pdsLimits.answerBytes / 2) return
      const keptUntil = change.length > 0 ? 0n : await this.deps.mirror.keptUntil(content)
      entries.push({ slot, nonce, content, change, time, keptUntil })
    }
  }

  /** The newest checkpoint. @throws {PdsError} `CHECKPOINT_NONE`. */
  async checkpoint(asker: Asker): Promise<Signed> {
    const user = this.fresh(asker)
    const { number, bytes, signature } = await this.deps.checkpoints.latest(user)
    return this.state(asker, user, 'checkpoint', { number, checkpoint: bytes, signature })
  }

  /** Which of some contents are here, and until when. */
  async held(asker: Asker, digests: readonly Bytes32[]): Promise<Signed> {
    const user = this.deps.users.get(asker.identity)
    const contents: BodyOf<'held'>['contents'] = []
    for (const digest of digests) contents.push({ digest, keptUntil: await this.deps.mirror.keptUntil(digest) })
    return this.state(asker, user, 'held', { contents })
  }

  /** Segments of a user, behind one in the order of their digests. */
  async segments(asker: Asker, after: Bytes32): Promise<Signed> {
    const user = this.deps.users.get(asker.identity)
    const page = await this.deps.archive.list(user.identity, after, pdsLimits.page)
    const { bytes } = await this.deps.archive.size(user.identity)
    return this.state(asker, user, 'segments', { after, ...page, bytes })
  }

  /** Tries again while what is read changes meanwhile. @throws {PdsError} `PDS_BEHIND`. */
  private async consistently<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
    for (let i = 0; i < readsAtMost; i += 1) {
      const found = await read()
      if (found !== undefined) return found
    }
    throw new PdsError({ code: 'PDS_BEHIND', what, reason: 'it changes faster than it is read', retryAfterMs })
  }

  /** A user of whom the service knows how things stand now. @throws {PdsError} `USER_UNKNOWN`, `PDS_BEHIND`. */
  private fresh({ identity }: Asker): User {
    const user = this.deps.users.get(identity)
    this.deps.freshness.assert(user)
    return user
  }

  /** Signs what is said to whoever asked. */
  async state<K extends StatementKind>(asker: Asker, user: User, kind: K, body: BodyOf<K>): Promise<Signed> {
    const { standing, scope } = user
    const bytes = encodeStatement({
      kind,
      body,
      ...this.deps.place,
      identity: asker.identity,
      nonce: asker.nonce,
      answeredAt: BigInt(Math.floor(this.deps.clock.now())),
      l2Number: standing?.l2Number ?? 0n,
      l2Hash: standing?.l2Hash ?? zeros,
      scope: scope.number,
    })
    this.deps.metrics.answered.inc({ kind })
    return signBytes(this.deps.key, this.deps.place, 'Statement', bytes)
  }
}
