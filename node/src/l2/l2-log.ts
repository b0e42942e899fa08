import {
  type BlockHeader,
  type Bytes20,
  type Bytes32,
  type DataPlace,
  type L2Position,
  millis,
  type QueuedItem,
  type RescuedRun,
  type RulesVersion,
  type SettlementEvent,
  type SettlementPage,
  sameBytes,
} from '@parley/protocol'
import { raceAbort } from '@parley/runtime'
import { NodeError } from '../faults.ts'
import {
  decodeRecord,
  del,
  type NodeStore,
  numberKey,
  put,
  type Table,
  tableOf,
  type Write,
  writeAll,
} from '../store/node-store.ts'
import {
  type ClaimRecord,
  ClaimRecordType,
  EventKind,
  type ItemRecord,
  ItemRecordType,
  type L2Summary,
  L2SummaryType,
  RescuedRunsType,
  UndoRecordType,
} from './l2-records.ts'
import { type AnsweredPlace, type Question, type QuestionDraft, QuestionLog } from './question-log.ts'
import { readRescue } from './read-rescue.ts'

const summaryKey = new TextEncoder().encode('summary')

/** What is being made of one page: nothing of it is seen until all of it is written. */
interface Draft {
  summary: Mutable<L2Summary>
  readonly writes: Write[]
  /** Claims put or taken away by this page. */
  readonly claims: Map<bigint, ClaimRecord | undefined>
  readonly questions: QuestionDraft
}
interface Undo {
  readonly kind: number
  readonly lineage: Uint8Array
  readonly removed: readonly ClaimRecord[]
  readonly final: bigint
  readonly rules: readonly RulesVersion[]
}
type Mutable<T> = { -readonly [key in keyof T]: T[key] }

/**
 * Queue, claims and finality as the L2 tells them. Every event is kept with what undoes it, so that a reorganisation of
 * the L2, however deep, leaves exactly what its canonical blocks told.
 */
export class L2Log {
  private readonly db: NodeStore
  private readonly items: Table
  private readonly claims: Table
  private readonly rescues: Table
  private readonly undos: Table
  private readonly meta: Table
  private readonly questions: QuestionLog
  private current: L2Summary | undefined
  private version = 0
  private readonly waiters = new Set<() => void>()

  private constructor(db: NodeStore) {
    this.db = db
    this.items = tableOf(db, 'l2-item')
    this.claims = tableOf(db, 'l2-claim')
    this.rescues = tableOf(db, 'l2-rescue')
    this.undos = tableOf(db, 'l2-undo')
    this.meta = tableOf(db, 'l2-meta')
    this.questions = new QuestionLog(db)
  }

  static async open(db: NodeStore): Promise<L2Log> {
    const log = new L2Log(db)
    const stored = await log.meta.get(summaryKey)
    if (stored === undefined) return log
    const summary = decodeRecord('L2 summary', L2SummaryType, stored)
    log.current = { ...summary, time: millis(summary.time) }
    return log
  }

  /** Undefined before the first page. */
  get summary(): L2Summary | undefined {
    return this.current
  }

  get cursor(): L2Position | undefined {
    return this.current?.cursor
  }

  /** The claim standing under `number`. */
  async claim(number: bigint): Promise<ClaimRecord | undefined> {
    const stored = await this.claims.get(numberKey(number))
    return stored === undefined ? undefined : (decodeRecord('claim', ClaimRecordType, stored) as ClaimRecord)
  }

  /** The last header of the claim before `number`; undefined before the first claim. */
  async lastHeaderBefore(number: bigint): Promise<BlockHeader | undefined> {
    return number <= 1n ? undefined : (await this.claim(number - 1n))?.claim.lastHeader
  }

  /** What of its data, or of any claim's, was asked for; of claims that are gone, too. */
  async asked(hash?: Bytes32): Promise<readonly Question[]> {
    return hash === undefined ? this.questions.all() : this.questions.of(hash)
  }

  /** What the L2 showed of a claim's data. */
  async answers(hash: Bytes32): Promise<readonly AnsweredPlace[]> {
    return this.questions.answersOf(hash)
  }

  /** Forgets what was asked of claims up to `through`, but for what `keeper` asked and nobody answered. */
  async forgetQuestions(through: bigint, keeper?: Bytes20): Promise<void> {
    await writeAll(this.db, await this.questions.forget(through, keeper))
  }

  async forgetQuestion(hash: Bytes32, place: DataPlace): Promise<void> {
    await writeAll(this.db, this.questions.drop(hash, place))
  }

  /** What the rescue executes that made the claim with this hash; undefined when no rescue made it. */
  async rescue(hash: Bytes32): Promise<readonly RescuedRun[] | undefined> {
    const stored = await this.rescues.get(hash)
    return stored === undefined ? undefined : decodeRecord('rescue', RescuedRunsType, stored)
  }

  /** Items from index `from` on, at most `count`, in order. */
  async queue(from: bigint, count: number): Promise<QueuedItem[]> {
    const found: QueuedItem[] = []
    const range = { gte: numberKey(from), lt: numberKey(from + BigInt(count)) }
    for await (const stored of this.items.values(range)) {
      const record = decodeRecord('inbox item', ItemRecordType, stored) as ItemRecord
      found.push({ index: from + BigInt(found.length), ...record })
    }
    return found
  }

  /** Counts changes; give it to `changed` to learn of the next one. */
  get seen(): number {
    return this.version
  }

  /** Resolves once something changed after `seen` was read. @throws the signal's reason when it aborts first. */
  async changed(seen: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.version !== seen) return
    let wake = (): void => undefined
    const change = new Promise<void>((resolve) => {
      wake = resolve
      this.waiters.add(wake)
    })
    try {
      await raceAbort(change, signal)
    } finally {
      this.waiters.delete(wake)
    }
  }

  /**
   * Takes in one page, all of it or nothing.
   * @param lineage - Lineage at the deployment, for the time before the first removal.
   * @throws {NodeError} `EVENT_OUT_OF_ORDER`; nothing is taken in then.
   */
  async apply(page: SettlementPage, lineage: Bytes32): Promise<void> {
    const before = this.current ?? emptySummary(page.cursor, lineage)
    const draft: Draft = { summary: { ...before }, writes: [], claims: new Map(), questions: new Map() }
    for (const event of page.events) await this.applyEvent(draft, event)
    draft.summary.cursor = page.cursor
    draft.summary.time = page.time
    await writeAll(this.db, [
      ...draft.writes,
      ...this.questions.writesOf(draft.questions),
      put(this.meta, summaryKey, L2SummaryType.serialize({ ...draft.summary, rules: [...draft.summary.rules] })),
    ])
    this.current = draft.summary
    if (page.events.length > 0) this.wake()
  }

  /** Ends every `changed`, although nothing new may be in the log. */
  wake(): void {
    this.version += 1
    for (const wake of this.waiters) wake()
  }

  private async applyEvent(draft: Draft, event: SettlementEvent): Promise<void> {
    const { summary, writes } = draft
    if (event.kind === 'rollback') {
      await this.rollBack(draft, event.to)
      return
    }
    if (event.kind === 'challenge' || event.kind === 'answer') {
      await this.questions.take(draft.questions, writes, event, await this.numberOf(draft, event.hash))
      return
    }
    // Signatures of headers are checked by the contract and no part of what is derived.
    if (event.kind === 'key') return
    if (event.kind === 'rescue') {
      const made = draft.claims.get(event.number)
      if (made === undefined || !sameBytes(made.hash, event.hash))
        throw new NodeError({
          code: 'EVENT_OUT_OF_ORDER',
          kind: 'rescue',
          expected: summary.claim,
          received: event.number,
        })
      readRescue(made.claim, event.runs)
      // Nothing undoes it: no other claim has this hash.
      writes.push(put(this.rescues, event.hash, RescuedRunsType.serialize(plainRuns(event.runs))))
      return
    }
    const undo = {
      blockNumber: event.at.blockNumber,
      kind: event.kind === 'rules withdrawn' ? EventKind.rules : EventKind[event.kind],
      lineage: summary.lineage,
      removed: [] as ClaimRecord[],
      final: summary.final,
      rules: [] as RulesVersion[],
    }
    if (event.kind === 'item') {
      const { index, ...record } = event.queued
      assertNext('item', summary.items, index)
      writes.push(put(this.items, numberKey(index), ItemRecordType.serialize(record)))
      summary.items += 1n
    } else if (event.kind === 'claim') {
      assertNext('claim', summary.claim + 1n, event.claim.number)
      this.putClaim(draft, { hash: event.hash, at: event.at, claim: event.claim })
      summary.claim = event.claim.number
    } else if (event.kind === 'removal') {
      undo.removed = await this.removeClaims(draft, event.standing)
      summary.lineage = event.lineage
    } else if (event.kind === 'rules' || event.kind === 'rules withdrawn') {
      undo.rules = [...summary.rules]
      summary.rules = event.kind === 'rules' ? [...summary.rules, event.version] : summary.rules.slice(0, -1)
    } else {
      if (event.number > summary.claim) assertNext('final', summary.claim, event.number)
      summary.final = event.number
    }
    writes.push(put(this.undos, numberKey(summary.events), UndoRecordType.serialize(undo)))
    summary.events += 1n
  }

  /** Number of a claim that stands. @throws {NodeError} `EVENT_OUT_OF_ORDER` when none has this hash. */
  private async numberOf(draft: Draft, hash: Bytes32): Promise<bigint> {
    // Backwards: what is asked for is of an open claim.
    for (let number = draft.summary.claim; number > 0n; number -= 1n) {
      const record = draft.claims.has(number) ? draft.claims.get(number) : await this.claim(number)
      if (record !== undefined && sameBytes(record.hash, hash)) return number
    }
    throw new NodeError({ code: 'EVENT_OUT_OF_ORDER', kind: 'challenge', expected: draft.summary.claim, received: 0n })
  }

  private putClaim(draft: Draft, record: ClaimRecord): void {
    const { number } = record.claim
    draft.claims.set(number, record)
    draft.writes.push(put(this.claims, numberKey(number), ClaimRecordType.serialize(record)))
  }

  private dropClaim(draft: Draft, number: bigint): void {
    draft.claims.set(number, undefined)
    draft.writes.push(del(this.claims, numberKey(number)))
  }

  private async removeClaims(draft: Draft, standing: bigint): Promise<ClaimRecord[]> {
    const { summary } = draft
    if (standing > summary.claim) assertNext('removal', summary.claim, standing)
    const removed: ClaimRecord[] = []
    for (let number = standing + 1n; number <= summary.claim; number += 1n) {
      const record = draft.claims.get(number) ?? (await this.claim(number))
      if (record === undefined)
        throw new NodeError({ code: 'STORE_INVALID', record: 'claim', reason: `claim ${number} is missing` })
      removed.push(record)
      this.dropClaim(draft, number)
    }
    summary.claim = standing
    return removed
  }

  /** Undoes, latest first, every event told of L2 blocks after `to`. */
  private async rollBack(draft: Draft, to: L2Position): Promise<void> {
    const { summary, writes } = draft
    await this.questions.rollBack(draft.questions, writes, to)
    // Events of this very page are undone from the draft, so they must be read back from it.
    const drafted = new Map<bigint, Uint8Array>()
    for (const write of writes)
      if (write.type === 'put' && write.sublevel === this.undos)
        drafted.set(new DataView(write.key.buffer).getBigUint64(0), write.value)
    while (summary.events > 0n) {
      const number = summary.events - 1n
      const stored = drafted.get(number) ?? (await this.undos.get(numberKey(number)))
      if (stored === undefined)
        throw new NodeError({ code: 'STORE_INVALID', record: 'L2 event', reason: `event ${number} is missing` })
      const undo = decodeRecord('L2 event', UndoRecordType, stored)
      if (undo.blockNumber <= to.blockNumber) return
      this.undo(draft, { ...undo, removed: undo.removed as ClaimRecord[] })
      writes.push(del(this.undos, numberKey(number)))
      summary.events = number
    }
  }

  private undo(draft: Draft, undo: Undo): void {
    const { summary, writes } = draft
    if (undo.kind === EventKind.item) {
      summary.items -= 1n
      writes.push(del(this.items, numberKey(summary.items)))
    } else if (undo.kind === EventKind.claim) {
      this.dropClaim(draft, summary.claim)
      summary.claim -= 1n
    } else if (undo.kind === EventKind.removal) {
      for (const record of undo.removed) this.putClaim(draft, record)
      summary.claim += BigInt(undo.removed.length)
      summary.lineage = undo.lineage
    } else if (undo.kind === EventKind.rules) {
      summary.rules = undo.rules
    } else {
      summary.final = undo.final
    }
  }
}

const plainRuns = (runs: readonly RescuedRun[]) => runs.map(({ shard, items }) => ({ shard, items: [...items] }))

function emptySummary(cursor: L2Position, lineage: Bytes32): L2Summary {
  return { cursor, events: 0n, items: 0n, claim: 0n, final: 0n, lineage, rules: [], time: millis(0n) }
}

function assertNext(kind: string, expected: bigint, received: bigint): void {
  if (received !== expected) throw new NodeError({ code: 'EVENT_OUT_OF_ORDER', kind, expected, received })
}
