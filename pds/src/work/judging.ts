import { getRepute } from '@parley/client'
import type { Bytes20 } from '@parley/protocol'
import { Pulse, pause } from '@parley/runtime'
import { type BytesOperation, durable } from '@parley/runtime/level'
import { bytesToHex } from 'viem'
import type { PdsDeps } from '../deps.ts'
import { type Facts, judge, needsRepute } from '../forms/rules.ts'
import type { StoredInvite, Tables } from '../state/tables.ts'
import type { User, Users } from '../state/users.ts'
import type { Mirror } from './mirror.ts'

/** Reads who sent an invite. Undefined when its head is not for the service, or is junk, or its device is not the sender's. */
export type OpenHead = (user: User, envelope: Uint8Array, signal: AbortSignal) => Promise<Bytes20 | undefined>

export interface JudgingDeps extends Pick<PdsDeps, 'client' | 'contracts' | 'clock' | 'log'> {
  readonly tables: Tables
  readonly users: Users
  readonly mirror: Mirror
  readonly openHead: OpenHead
}

const everyMs = 2_000
const noRepute = { listed: false, surcharge: 0, stake: 0n }
const nobody = new Uint8Array(20)
const zeros = new Uint8Array(32)

/** Applies users' rules to their invites. An invite is shown until it was judged. */
export class Judging {
  private readonly deps: JudgingDeps
  private readonly pulse = new Pulse()

  constructor(deps: JudgingDeps) {
    this.deps = deps
  }

  look(): void {
    this.pulse.beat()
  }

  /** Marks all invites of a user as to be judged: rules have changed. */
  async judgeAgain(identity: Bytes20): Promise<void> {
    const { tables } = this.deps
    const marks: BytesOperation[] = []
    for await (const { rest } of tables.invites.rows([identity]))
      marks.push(tables.unjudged.put([identity, rest], { mark: true }))
    if (marks.length > 0) await tables.db.batch(marks, durable)
    this.look()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, users } = this.deps
    while (!signal.aborted) {
      const looked = this.pulse.next()
      for (const user of users) {
        try {
          await this.judgeAll(user, signal)
        } catch (error) {
          if (signal.aborted) return
          log.warn({ err: error }, 'invites cannot be judged now')
        }
      }
      const stop = new AbortController()
      const came = this.deps.mirror.came.next()
      await Promise.race([looked, came, pause(clock, everyMs, AbortSignal.any([signal, stop.signal]))])
      stop.abort()
    }
  }

  private async judgeAll(user: User, signal: AbortSignal): Promise<void> {
    const { tables } = this.deps
    for await (const { rest } of tables.unjudged.rows([user.identity])) {
      if (signal.aborted) return
      const stored = await tables.invites.get(user.identity, rest)
      const judged = stored === undefined ? undefined : await this.judged(user, stored, signal)
      if (stored !== undefined && judged === undefined) continue
      await tables.db.batch(
        [
          tables.unjudged.delete([user.identity, rest]),
          ...(judged === undefined ? [] : [tables.invites.put([user.identity, rest], judged)]),
        ],
        durable,
      )
    }
  }

  /** The invite with what became of it; undefined while its envelope is not here. */
  private async judged(user: User, stored: StoredInvite, signal: AbortSignal): Promise<StoredInvite | undefined> {
    const { mirror, openHead } = this.deps
    const { kind, rules, number: scope } = user.scope
    let sender: Bytes20 | undefined
    if (kind !== 'blind' && rules.length > 0) {
      const envelope = await mirror.kept.get(stored.contentDigest, signal)
      if (envelope === undefined) return undefined
      sender = await openHead(user, envelope, signal)
    }
    const looks = sender !== undefined && rules.some((rule) => needsRepute(rule.kind))
    const found = looks ? await this.reputeOf(user, sender as Bytes20) : undefined
    const facts: Facts = { sender, muted: stored.muted, fee: stored.fee, repute: found?.repute }
    const rule = judge(rules, facts)
    return {
      ...stored,
      hidden: rule === undefined ? 0 : rule + 1,
      scope,
      opened: sender ?? nobody,
      l2Number: found?.l2Number ?? 0n,
      l2Hash: found?.l2Hash ?? zeros,
      ...(found?.repute ?? noRepute),
    }
  }

  /** How a sender stands at the block that the user's inbox was followed to. */
  private async reputeOf(user: User, sender: Bytes20) {
    const { client, contracts } = this.deps
    const { standing } = user
    if (contracts.reputation === undefined || standing === undefined) return undefined
    const { l2Number, l2Hash } = standing
    const blockHash = bytesToHex(l2Hash)
    const call = { reputation: contracts.reputation, holder: bytesToHex(sender), blockHash }
    const { listed, surcharge, stake } = await getRepute(client, call)
    return { repute: { listed, surcharge, stake }, l2Number, l2Hash }
  }
}

export const sequenceOf = (rest: Uint8Array): bigint => new DataView(rest.buffer, rest.byteOffset, 8).getBigUint64(0)
