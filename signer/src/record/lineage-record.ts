import { type Bytes32, type L2Position, type SettlementPage, sameBytes } from '@parley/protocol'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  durable,
  highestNumber,
  keyOf,
  lastNumberOf,
  lazy,
  unchecksummed,
} from '@parley/runtime/level'
import { SignerError } from '../faults.ts'

/** `doubted` while a rollback voided what was told of it, until the L2 tells it again at the same place, or passes that place without. */
const states = ['open', 'doubted', 'closed'] as const
type State = (typeof states)[number]

/** A lineage that began with a removal of claims, and the L2 block that told it. */
interface Lineage {
  readonly lineage: Bytes32
  readonly at: L2Position
  readonly state: State
}

const cursorKey = keyOf('cursor')
const lineagePrefix = 'lineage/'
const lineageKey = (index: number): Uint8Array => keyOf(lineagePrefix, BigInt(index))

/**
 * The lineages that safe blocks of the L2 have told of. One that a reorganisation took back is closed, and stays so though
 * it be told again: others may have signed in it meanwhile, by what they read.
 */
export class LineageRecord {
  /** Where following goes on. */
  cursor: L2Position | undefined
  private readonly db: BytesLevel
  private readonly genesis: Bytes32
  private known: readonly Lineage[]

  private constructor(db: BytesLevel, genesis: Bytes32, known: readonly Lineage[], cursor: L2Position | undefined) {
    this.db = db
    this.genesis = genesis
    this.known = known
    this.cursor = cursor
  }

  /** @param genesis - The first lineage, which no block of the L2 tells. @throws {SignerError} `RECORD_CORRUPT`. */
  static async open(db: BytesLevel, genesis: Bytes32): Promise<LineageRecord> {
    await db.open()
    const known: Lineage[] = []
    const range = { gte: lineageKey(0), lte: keyOf(lineagePrefix, highestNumber) }
    for await (const [key, value] of db.iterator(range)) {
      const content = unchecksummed(key, value)
      const state = states[content?.[72] ?? states.length]
      if (content?.length !== 73 || state === undefined || lastNumberOf(key) !== BigInt(known.length))
        throw new SignerError({ code: 'RECORD_CORRUPT', what: 'lineage' })
      known.push({ lineage: Uint8Array.from(content.subarray(0, 32)), at: positionOf(content.subarray(32, 72)), state })
    }
    const stored = await db.get(cursorKey)
    const cursor = stored === undefined ? undefined : unchecksummed(cursorKey, stored)
    if (stored !== undefined && cursor?.length !== 40)
      throw new SignerError({ code: 'RECORD_CORRUPT', what: 'place on the L2' })
    return new LineageRecord(db, genesis, known, cursor === undefined ? undefined : positionOf(cursor))
  }

  /** Lineages that are closed. */
  get closed(): number {
    return this.known.filter(({ state }) => state === 'closed').length
  }

  /** @throws {SignerError} `LINEAGE_UNKNOWN`, `LINEAGE_CLOSED`. */
  assertOpen(lineage: Bytes32): void {
    if (sameBytes(lineage, this.genesis)) return
    const found = this.known.find((each) => sameBytes(each.lineage, lineage))
    if (found === undefined)
      throw new SignerError({ code: 'LINEAGE_UNKNOWN', lineage, because: 'no safe block of the L2 has told of it' })
    if (found.state === 'doubted')
      throw new SignerError({ code: 'LINEAGE_UNKNOWN', lineage, because: 'the L2 took back the block that told of it' })
    if (found.state === 'closed')
      throw new SignerError({ code: 'LINEAGE_CLOSED', lineage, l2Block: found.at.blockNumber })
  }

  /** Takes in a page of safe blocks; what it changes is durable before it counts. */
  async apply({ events, cursor, caughtUp }: SettlementPage): Promise<void> {
    let next = this.known
    const change = (each: (lineage: Lineage) => State): void => {
      next = next.map((lineage) => ({ ...lineage, state: lineage.state === 'closed' ? 'closed' : each(lineage) }))
    }
    for (const event of events) {
      if (event.kind === 'rollback')
        change(({ at, state }) => (at.blockNumber > event.to.blockNumber ? 'doubted' : state))
      if (event.kind !== 'removal') continue
      const { lineage, at } = event
      if (next.some((each) => sameBytes(each.lineage, lineage)))
        change((each) => (sameBytes(each.lineage, lineage) ? (samePlace(each.at, at) ? 'open' : 'closed') : each.state))
      else next = [...next, { lineage, at, state: 'open' }]
    }
    // The L2 has passed the place, and told nothing there.
    if (caughtUp)
      change(({ at, state }) => (state === 'doubted' && at.blockNumber <= cursor.blockNumber ? 'closed' : state))
    const changed = next.flatMap((lineage, i) => (lineage.state === this.known[i]?.state ? [] : [stored(i, lineage)]))
    const place: BytesOperation = {
      type: 'put',
      key: cursorKey,
      value: checksummed(cursorKey, bytesOf(cursor)),
    }
    await this.db.batch([...changed, place], changed.length > 0 ? durable : lazy)
    this.known = next
    this.cursor = cursor
  }
}

const samePlace = (a: L2Position, b: L2Position): boolean =>
  a.blockNumber === b.blockNumber && sameBytes(a.blockHash, b.blockHash)

const bytesOf = ({ blockNumber, blockHash }: L2Position): Uint8Array =>
  Buffer.concat([keyOf('', blockNumber), blockHash])

const positionOf = (bytes: Uint8Array): L2Position => ({
  blockNumber: lastNumberOf(bytes.subarray(0, 8)),
  blockHash: Uint8Array.from(bytes.subarray(8)),
})

function stored(index: number, { lineage, at, state }: Lineage): BytesOperation {
  const key = lineageKey(index)
  return {
    type: 'put',
    key,
    value: checksummed(key, lineage, bytesOf(at), Uint8Array.of(states.indexOf(state))),
  }
}
