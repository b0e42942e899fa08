import { type Bytes32, sameBytes } from '@parley/protocol'
import type { Logger } from 'pino'
import { olderCopy, SequencerError } from '../faults.ts'
import { hexOf } from '../hex.ts'
import type { KnownHeader, SignedHeaders } from '../store/signed-headers.ts'

/** Somebody outside who may know headers that this key signed: a node, a relay, the batcher. */
export interface HeaderWitness {
  /** For people: where it is asked. */
  readonly name: string
  /** Whether it follows sealed blocks, and not only claimed ones. */
  readonly followsSealed: boolean
  /** The last header that it knows; undefined when it knows none. @throws when it cannot be asked. */
  lastHeader(signal: AbortSignal): Promise<WitnessedHeader | undefined>
}

/** A header by its place; its root is left out by who knows only that a number may have been signed. */
export interface WitnessedHeader extends Omit<KnownHeader, 'root'> {
  readonly root?: Bytes32 | undefined
}

export interface LineageHead {
  readonly lineage: Bytes32
  readonly number: bigint
}

export interface HeaderCheck {
  readonly signed: SignedHeaders
  readonly witnesses: readonly HeaderWitness[]
  /**
   * Every lineage so far, the one in force last, with the number of the last header that follows from the journal in it.
   */
  readonly lineages: readonly LineageHead[]
  /** No block was ever sealed from this store, and none is claimed. */
  readonly fresh: boolean
  /** Every header signed by any sequencer follows from the journal, which they share. */
  readonly isShared: boolean
  readonly rootOf: (lineage: Bytes32, number: bigint) => Promise<Bytes32 | undefined>
  readonly log: Logger
}

/**
 * Shows before anything new is sealed that every header ever signed is known here: by the mark beside the
 * key, and by everybody who is told of headers.
 * @param alone - The operator answers for it that there is nobody to ask; the mark must then be there.
 * @throws {SequencerError} `COPY_OLDER`, `COPY_OTHER`, `LINEAGE_UNKNOWN`, `HEADERS_UNKNOWN`.
 */
export async function assertHeadersKnown(check: HeaderCheck, alone: boolean, signal: AbortSignal): Promise<void> {
  const { signed, witnesses, lineages, fresh, log } = check
  const head = lineages.at(-1)?.number ?? 0n
  let marked = false
  for (const { lineage } of lineages) {
    const mark = await signed.highest(lineage)
    if (mark !== undefined) await assertHere(check, mark, 'the mark beside the key')
    // It is never lost in part: what it holds of a former lineage shows that nothing is missing of a later one.
    marked ||= mark !== undefined
  }
  const unasked: string[] = []
  let followed = false
  for (const witness of witnesses) {
    const answer = await ask(witness, log, signal)
    if (answer === 'unreachable') unasked.push(witness.name)
    else if (answer !== undefined) await assertHere(check, answer, witness.name)
    if (answer !== 'unreachable') followed ||= witness.followsSealed
  }
  const refuse = (reason: string, cure: string): never => {
    throw new SequencerError({ code: 'HEADERS_UNKNOWN', reason, unasked, head, cure })
  }
  if (check.isShared) return
  if (!alone && witnesses.length === 0) refuse('nobody is named who could know later headers', askSomebody)
  if (!alone && unasked.length > 0) refuse('somebody who could know later headers does not answer', askSomebody)
  if (!marked && !followed && !(alone && fresh))
    refuse(
      'the mark beside the key is missing, and no batcher or relay answered: nodes know only headers that are claimed',
      findMark,
    )
  if (!alone) return
  // A new chain: there is no header to know. Whoever could know one and did not answer would leave that open.
  if (fresh && !marked && unasked.length === 0) log.info('starting a new chain: this key has signed no header of it')
  else
    log.warn(
      { unasked, head },
      'starting alone: nobody else was asked which headers this key signed; had a newer copy of this sequencer run, a number may get a second header',
    )
}

const askSomebody =
  'name the batcher or a relay in sequencer.relays and start it first; or, when no other copy of this sequencer ever ran, start with --alone'

const findMark =
  'put the mark that this key left where sequencer.markDir says; or name the batcher or a relay in sequencer.relays and start it first'

async function ask(
  witness: HeaderWitness,
  log: Logger,
  signal: AbortSignal,
): Promise<WitnessedHeader | 'unreachable' | undefined> {
  try {
    return await witness.lastHeader(signal)
  } catch (error) {
    signal.throwIfAborted()
    // Why it does not answer is told; that it does not decides.
    log.warn({ witness: witness.name, err: error }, 'this witness could not be asked which headers were signed')
    return 'unreachable'
  }
}

async function assertHere({ lineages, rootOf }: HeaderCheck, known: WitnessedHeader, knownBy: string): Promise<void> {
  if (known.number === 0n) return
  const head = lineages.find(({ lineage }) => sameBytes(lineage, known.lineage))
  if (head === undefined)
    throw new SequencerError({
      code: 'LINEAGE_UNKNOWN',
      knownBy,
      lineage: hexOf(known.lineage),
      block: known.number,
      cure: 'start over the newest data directory, against an L2 that tells all removals of claims',
    })
  if (known.number > head.number) throw olderCopy(knownBy, known.number, head.number)
  if (known.root === undefined) return
  const here = await rootOf(known.lineage, known.number)
  if (here === undefined || !sameBytes(here, known.root))
    throw new SequencerError({
      code: 'COPY_OTHER',
      knownBy,
      block: known.number,
      expected: hexOf(known.root),
      here: here === undefined ? 'none' : hexOf(here),
    })
}
