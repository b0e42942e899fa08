import { ByteListType, ContainerType } from '@chainsafe/ssz'
import {
  type Bytes20,
  Bytes20Type,
  type Bytes32,
  type DataPlace,
  type L2Position,
  type SettlementEvent,
  sameBytes,
  Uint64Type,
} from '@parley/protocol'
import { decodeRecord, del, type NodeStore, put, type Table, tableOf, type Write } from '../store/node-store.ts'

/** A place of a claim's data that was asked for on the L2. */
export interface Question {
  /** Hash and number of the claim. */
  readonly hash: Bytes32
  readonly number: bigint
  readonly place: DataPlace
  readonly challenger: Bytes20
  /** Until when an answer is taken, in seconds by the clock of the claimer: `answeringTime` is to be added. */
  readonly deadline: bigint
  readonly answered: boolean
}

/** What the L2 showed to stand at a place. */
export interface AnsweredPlace {
  readonly place: DataPlace
  readonly data: Uint8Array
}

export const samePlace = (a: DataPlace, b: DataPlace): boolean =>
  a.part === b.part && a.block === b.block && a.page === b.page

interface QuestionRecord {
  readonly number: bigint
  readonly challenger: Uint8Array
  readonly deadline: bigint
  /** L2 blocks in which it was asked and answered; 0 for no answer. */
  readonly askedIn: bigint
  readonly answeredIn: bigint
}
const QuestionRecordType = new ContainerType({
  number: Uint64Type,
  challenger: Bytes20Type,
  deadline: Uint64Type,
  askedIn: Uint64Type,
  answeredIn: Uint64Type,
})

/** No page has more. */
const AnswerType = new ByteListType(2 ** 17)

type DataEvent = Extract<SettlementEvent, { kind: 'challenge' | 'answer' }>

/** What one page of events makes of questions; by the hex of their keys, undefined where one is gone. */
export type QuestionDraft = Map<string, QuestionRecord | undefined>

const keyBytes = 32 + 1 + 2 + 2

/** What was asked of the data of claims, and the answers, each with the L2 block that told it: a reorganisation takes them back. */
export class QuestionLog {
  private readonly questions: Table
  private readonly answers: Table

  constructor(db: NodeStore) {
    this.questions = tableOf(db, 'l2-question')
    this.answers = tableOf(db, 'l2-answer')
  }

  /** All that are known, those of gone claims, too. */
  async all(): Promise<readonly Question[]> {
    const found: Question[] = []
    for await (const [key, value] of this.questions.iterator()) found.push(questionOf(key, recordOf(value)))
    return found
  }

  /** Of one claim. */
  async of(hash: Bytes32): Promise<readonly Question[]> {
    const found: Question[] = []
    for await (const [key, value] of this.questions.iterator(rangeOf(hash)))
      found.push(questionOf(key, recordOf(value)))
    return found
  }

  async answersOf(hash: Bytes32): Promise<readonly AnsweredPlace[]> {
    const found: AnsweredPlace[] = []
    for await (const [key, value] of this.answers.iterator(rangeOf(hash)))
      found.push({ place: placeIn(key), data: decodeRecord('answer', AnswerType, value) })
    return found
  }

  /** Drops what was asked of claims up to `through`, but for what `keeper` asked and nobody answered. */
  async forget(through: bigint, keeper?: Bytes20): Promise<readonly Write[]> {
    const old = (await this.all()).filter(
      ({ number, answered, challenger }) =>
        number <= through && (answered || keeper === undefined || !sameBytes(challenger, keeper)),
    )
    return old.flatMap(({ hash, place }) => this.drop(hash, place))
  }

  drop(hash: Bytes32, place: DataPlace): readonly Write[] {
    const key = questionKey(hash, place)
    return [del(this.questions, key), del(this.answers, key)]
  }

  /** Takes an event in. @param number - Of the claim. */
  async take(draft: QuestionDraft, writes: Write[], event: DataEvent, number: bigint): Promise<void> {
    const key = questionKey(event.hash, event.place)
    const name = nameOf(key)
    if (event.kind === 'challenge') {
      const { challenger, deadline } = event
      draft.set(name, { number, challenger, deadline, askedIn: event.at.blockNumber, answeredIn: 0n })
      return
    }
    const asked = draft.has(name) ? draft.get(name) : await this.record(key)
    // Who asked is told before; a store from before this log knows of no questions.
    const before = asked ?? { number, challenger: new Uint8Array(20), deadline: 0n, askedIn: event.at.blockNumber }
    draft.set(name, { ...before, answeredIn: event.at.blockNumber })
    writes.push(put(this.answers, key, AnswerType.serialize(event.data)))
  }

  /** Takes back what was told by L2 blocks after `to`. */
  async rollBack(draft: QuestionDraft, writes: Write[], to: L2Position): Promise<void> {
    const undo = (key: Uint8Array, record: QuestionRecord): void => {
      if (record.askedIn > to.blockNumber) draft.set(nameOf(key), undefined)
      else if (record.answeredIn > to.blockNumber) draft.set(nameOf(key), { ...record, answeredIn: 0n })
      else return
      writes.push(del(this.answers, key))
    }
    for (const [name, record] of [...draft]) if (record !== undefined) undo(Buffer.from(name, 'hex'), record)
    for await (const [key, value] of this.questions.iterator())
      if (!draft.has(nameOf(key))) undo(new Uint8Array(key), recordOf(value))
  }

  writesOf(draft: QuestionDraft): readonly Write[] {
    return [...draft].map(([name, record]) => {
      const key = new Uint8Array(Buffer.from(name, 'hex'))
      return record === undefined
        ? del(this.questions, key)
        : put(this.questions, key, QuestionRecordType.serialize(record))
    })
  }

  private async record(key: Uint8Array): Promise<QuestionRecord | undefined> {
    const stored = await this.questions.get(key)
    return stored === undefined ? undefined : recordOf(stored)
  }
}

const recordOf = (stored: Uint8Array): QuestionRecord => decodeRecord('question', QuestionRecordType, stored)

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('hex')

function questionKey(hash: Bytes32, { part, block, page }: DataPlace): Uint8Array {
  const key = new Uint8Array(keyBytes)
  key.set(hash)
  const view = new DataView(key.buffer)
  view.setUint8(32, part)
  view.setUint16(33, block)
  view.setUint16(35, page)
  return key
}

function rangeOf(hash: Bytes32): { gte: Uint8Array; lte: Uint8Array } {
  const lte = new Uint8Array(keyBytes).fill(255)
  lte.set(hash)
  return { gte: questionKey(hash, { part: 0, block: 0, page: 0 }), lte }
}

function placeIn(key: Uint8Array): DataPlace {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  return { part: view.getUint8(32), block: view.getUint16(33), page: view.getUint16(35) }
}

function questionOf(key: Uint8Array, { number, challenger, deadline, answeredIn }: QuestionRecord): Question {
  const hash = new Uint8Array(key.subarray(0, 32))
  return { hash, number, place: placeIn(key), challenger, deadline, answered: answeredIn > 0n }
}
