import { type BatchClaim, type Block, DaLayer, type DataPlace, runsRoot, SettlementError } from '@parley/protocol'
import { BatchTrees, listOf, ProofKind, pageOf } from '@parley/protocol/fraud'
import type { BuiltBlock } from '@parley/protocol/reference'
import { describe, expect, test } from 'vitest'
import type { ClaimContester } from '../src/index.ts'
import { keyOf } from './support/l2.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

interface Asked {
  readonly claim: bigint
  readonly places: readonly DataPlace[]
}

/** An account that does as told, and remembers what it was asked. */
class FakeContester implements ClaimContester {
  readonly address = new Uint8Array(20).fill(7)
  readonly asked: Asked[] = []
  readonly dropped: Asked[] = []
  readonly refunded: Asked[] = []
  money = 10n ** 18n
  owed = 0n
  /** How many of the next questions the L2 refuses. */
  refusals = 0
  /** Whether the L2 takes no questions any more. */
  isLate = false
  /** Seconds for which answers held up the claimer's clock. */
  heldUp = 0n
  clocksRead = 0

  readonly proofs: { readonly kind: number; readonly proof: Uint8Array }[] = []

  async proveWrong(_: BatchClaim, kind: number, proof: Uint8Array): Promise<'done' | 'already'> {
    this.proofs.push({ kind, proof })
    return 'done'
  }
  async askFor({ number }: BatchClaim, places: readonly DataPlace[]): Promise<'done' | 'already' | 'late'> {
    if (this.isLate) return 'late'
    this.refusals -= 1
    if (this.refusals >= 0) throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'a test' })
    this.asked.push({ claim: number, places })
    return 'done'
  }
  async dropUnanswered({ number }: BatchClaim, place: DataPlace): Promise<'done' | 'already'> {
    this.dropped.push({ claim: number, places: [place] })
    return 'done'
  }
  async refund({ number }: { readonly number: bigint }, place: DataPlace): Promise<{ outcome: 'done' | 'already' }> {
    this.refunded.push({ claim: number, places: [place] })
    return { outcome: 'done' }
  }
  async answeringTime(): Promise<bigint> {
    this.clocksRead += 1
    return this.heldUp
  }
  async credit(): Promise<bigint> {
    return this.owed
  }
  async withdrawCredit(): Promise<bigint> {
    const { owed } = this
    this.owed = 0n
    this.money += owed
    return owed
  }
  async deposit(): Promise<bigint> {
    return 1_000n
  }
  async funds(): Promise<bigint> {
    return this.money
  }
}

const claimedAt = 1_700_000_001n
const asking = { challengeAfterMs: 0, challengeBudget: 1n }

/** Two right claims, of which the second's core is nowhere; the L2's time is that of the claims. */
function withheld(): { readonly rig: Rig; readonly contester: FakeContester } {
  const rig = new Rig()
  rig.l2.time = claimedAt * 1_000n
  rig.prepare()
  rig.core.lost.add(keyOf(rig.claims[1]!.claim.core.pointer))
  const contester = new FakeContester()
  rig.contester = contester
  return { rig, contester }
}

const first = [0, 1].map((block) => ({ part: 0, block, page: 0 }))
/** What shows whether the witness that is served is the claim's. */
const list = { part: 1, block: 2, page: 0 }
const firstAsked = [...first, list]

function challenged({ l2, claims }: Rig, challenger: Uint8Array, places: readonly DataPlace[]): void {
  const { hash } = claims[1]!
  const deadline = claimedAt + 5n
  l2.mine(...places.map((place) => ({ kind: 'challenge', hash, place, challenger, deadline }) as const))
}

function answered({ l2, claims, built }: Rig, places: readonly DataPlace[]): void {
  const trees = new BatchTrees({
    core: built.slice(2).map(({ block }) => block),
    witness: built.slice(2).map(({ witness }) => witness),
  })
  const { hash } = claims[1]!
  const dataAt = ({ part, block, page }: DataPlace) => {
    const of = part === 0 ? 'core' : 'witness'
    return block === list.block ? listOf(trees, of) : pageOf(trees, of, block, page)
  }
  l2.mine(...places.map((place) => ({ kind: 'answer', hash, place, data: dataAt(place) }) as const))
}

const asked = ({ asked: all }: FakeContester) => all.flatMap(({ places }) => places)
const unanswered = (one: Running, outcome: string) =>
  one.scraped(`parley_node_challenges_total{by="unanswered",outcome="${outcome}"}`)
const places = (one: Running, outcome: string) => one.scraped(`parley_node_data_challenges_total{outcome="${outcome}"}`)
const unready = (one: Running) => one.node.unreadyBecause()

describe('withheld data', () => {
  test('is asked for once, derived from the answers, and waited for by a node that does not contest', async () => {
    const { rig, contester } = withheld()
    const one = await started(rig, asking)
    await until('the questions', () => asked(contester).length > 0)
    expect(contester.asked).toEqual([{ claim: 2n, places: firstAsked }])
    challenged(rig, contester.address, firstAsked)
    const two = new Rig()
    Object.assign(two, { l2: rig.l2, core: rig.core, witness: rig.witness })
    const onlooker = await started(two)
    answered(rig, firstAsked)
    await one.verified(2n)
    await onlooker.verified(2n)
    // Whoever comes later need not put it together once more.
    const { coreRoot, core } = rig.claims[1]!.claim
    const kept = await onlooker.node.reads.part(coreRoot)
    expect(kept).toEqual(rig.core.held.get(keyOf(core.pointer)))
    expect(contester.asked).toHaveLength(1)
    expect(contester.dropped).toEqual([])
  })

  test('that others asked for, or this account before a restart, is not asked for again', async () => {
    const { rig, contester } = withheld()
    challenged(rig, new Uint8Array(20).fill(8), [first[0]!])
    const one = await started(rig, asking)
    await until('the other question', () => asked(contester).length > 0)
    expect(asked(contester)).toEqual([first[1], list])
    challenged(rig, contester.address, [first[1]!, list])
    await one.stop()
    const again = await started(rig, asking)
    answered(rig, firstAsked)
    await again.verified(2n)
    expect(asked(contester)).toHaveLength(2)
  })

  test('is asked for once the account pays the whole way, and until then the node says what it takes', async () => {
    const { rig, contester } = withheld()
    contester.money = 2_000n
    const one = await started(rig, asking)
    await until('the reason', async () => (await unready(one))?.includes('asking for the data of claim 2') === true)
    expect(contester.asked).toEqual([])
    contester.money = 10n ** 9n
    await until('the questions', () => asked(contester).length > 0)
  })

  test('of two claims is asked for when the account pays the way of both, and of the first before', async () => {
    const { rig, contester } = withheld()
    rig.claim(rig.chain.build(rig.chain.say(3, 1)))
    rig.core.lost.add(keyOf(rig.claims[2]!.claim.core.pointer))
    const windows = { challenge: 3_600, data: 3_600, answer: 600, proof: 600 }
    for (const told of rig.claims) Object.assign(told.claim.windows, windows)
    // A quarter more than 1,000 for each place, of which the second claim has a few.
    const way = (places: number) => BigInt(places * 1_250)
    contester.money = way(firstAsked.length + 34) + 1n
    const one = await started(rig, { ...asking, fetchAhead: 1 })
    await until('the first', () => asked(contester).length > 0)
    await until('the reason', async () => (await unready(one))?.includes('claim 3 may take') === true)
    expect(contester.asked).toEqual([{ claim: 2n, places: firstAsked }])
    contester.money = 10n ** 9n
    await until('the second', () => contester.asked.length === 2)
    expect(contester.asked[1]).toMatchObject({ claim: 3n })
  })

  test('is asked for again when the L2 did not take the question', async () => {
    const { rig, contester } = withheld()
    contester.refusals = 1
    const one = await started(rig, asking)
    await until('the questions', () => asked(contester).length > 0)
    expect(contester.asked).toEqual([{ claim: 2n, places: firstAsked }])
    await until('the count', async () => (await places(one, 'done')) === firstAsked.length)
    expect(await places(one, 'refused')).toBe(1)
  })

  test('that is not answered in time takes the claim back, and deposits come back once it is gone', async () => {
    const { rig, contester } = withheld()
    challenged(rig, contester.address, firstAsked)
    rig.l2.time = (claimedAt + 6n) * 1_000n
    contester.heldUp = 3n
    const one = await started(rig, asking)
    await until('the clock', () => contester.clocksRead > 0)
    expect(contester.dropped).toEqual([])
    rig.l2.time = (claimedAt + 9n) * 1_000n
    rig.l2.mine()
    await until('the removal', () => contester.dropped.length > 0)
    rig.l2.mine({ kind: 'removal', standing: 1n, lineage: new Uint8Array(32).fill(9) })
    await until('the deposits', () => contester.refunded.length === 3)
    await one.verified(1n)
    expect(contester.dropped).toEqual([{ claim: 2n, places: [first[0]] }])
    expect(contester.refunded.map(({ places }) => places[0])).toEqual(firstAsked)
    expect(contester.asked).toEqual([])
    expect(await unanswered(one, 'done')).toBe(1)
    expect(await unanswered(one, 'already')).toBeUndefined()
  })

  test('of a claim that somebody else takes back is counted as that, once', async () => {
    const { rig, contester } = withheld()
    challenged(rig, contester.address, firstAsked)
    rig.l2.time = (claimedAt + 6n) * 1_000n
    contester.heldUp = 100n
    const one = await started(rig, asking)
    // Each look reads the clock once, before it counts.
    await until('a second look', () => contester.clocksRead > 1)
    rig.l2.mine({ kind: 'removal', standing: 1n, lineage: new Uint8Array(32).fill(9) })
    await until('the count', async () => (await unanswered(one, 'already')) === 1)
    await until('the deposits', () => contester.refunded.length === 3)
    expect(await unanswered(one, 'already')).toBe(1)
    expect(await unanswered(one, 'done')).toBeUndefined()
    expect(contester.dropped).toEqual([])
  })

  test('that comes in the end is not asked for', async () => {
    const { rig, contester } = withheld()
    const one = await started(rig, { ...asking, challengeAfterMs: 3_600_000 })
    await one.state('waiting')
    rig.core.lost.clear()
    await one.verified(2n)
    expect(contester.asked).toEqual([])
  })

  test('is not asked for when it is too late, which the log says', async () => {
    const { rig, contester } = withheld()
    rig.l2.time = (claimedAt + 11n) * 1_000n
    contester.isLate = true
    const one = await started(rig, asking)
    await until('the log', () => rig.logged.some(({ msg }) => `${msg}`.includes('TOO LATE TO ASK')))
    // No round is left for a list: the first pages of both parts.
    expect(await places(one, 'late')).toBe(2 * first.length)
    expect(contester.asked).toEqual([])
  })

  test('of claims behind the one that is waited for is asked for beside it, and all of the others before it is too late', async () => {
    const { rig, contester } = withheld()
    for (let i = 0; i < 5; i += 1) rig.claim(rig.chain.build(rig.chain.say(3, 1)))
    rig.core.lost.add(keyOf(rig.claims[5]!.claim.core.pointer))
    // Half the time is over at which two rounds are left.
    const windows = { challenge: 3_600, data: 3_600, answer: 600, proof: 600 }
    for (const told of rig.claims) Object.assign(told.claim.windows, windows)
    await started(rig, { ...asking, fetchAhead: 1 })
    const claims = (): bigint[] => [...new Set(contester.asked.map(({ claim }) => claim))]
    await until('the questions', () => claims().length === 2)
    expect(claims()).toEqual([2n, 6n])
    rig.l2.time = (claimedAt + 2_400n) * 1_000n
    rig.l2.mine()
    await until('the other questions', () => claims().length === 6)
    expect(claims().toSorted()).toEqual([2n, 3n, 4n, 5n, 6n, 7n])
  })

  test('on a layer that the node was not given is asked for once two rounds are left', async () => {
    const { rig, contester } = withheld()
    const { claim } = rig.claims[1]!
    Object.assign(claim.windows, { challenge: 3_600, data: 3_600, answer: 600, proof: 600 })
    Object.assign(claim.core, { layer: DaLayer.ethereumBlobs })
    const one = await started(rig, asking)
    await one.state('waiting')
    rig.l2.time = (claimedAt + 2_399n) * 1_000n
    rig.l2.mine()
    await until('the time', async () => (await one.node.status()).l2?.time === rig.l2.time)
    expect(contester.asked).toEqual([])
    rig.l2.time = (claimedAt + 2_400n) * 1_000n
    rig.l2.mine()
    await until('the questions', () => asked(contester).length > 0)
    // No round is left for a list.
    expect(asked(contester)).toEqual([...first, ...first.map((place) => ({ ...place, part: 1 }))])
  })

  const one = new Uint8Array(32).fill(1)
  /** What no bytes of a DA layer say of the first of two blocks, and the rule of the proof that shows it. */
  const lies: readonly [name: string, rule: number, lie: (of: BuiltBlock) => BuiltBlock][] = [
    ['another parent', 2, (of) => ({ ...of, block: { ...of.block, header: { ...of.block.header, parent: one } } })],
    ['another number', 2, (of) => ({ ...of, block: { ...of.block, header: { ...of.block.header, number: 77n } } })],
    [
      'runs of another root',
      6,
      (of) => ({ ...of, block: { ...of.block, header: { ...of.block.header, runsRoot: one } } }),
    ],
    ['no run of a segment', 9, (of) => withRuns(of, (runs) => runs.map((run) => ({ ...run, segments: [] })))],
    ['a witness without runs', 15, (of) => ({ ...of, witness: [] })],
    // Of which all pages but the first are never answered.
    ['a hundred times the segments', 7, (of) => longer(of)],
    ['a hundred times the signatures', 15, (of) => ({ ...of, witness: of.witness.map(hundredfold) })],
    ['a witness short of a segment', 15, (of) => ({ ...of, witness: of.witness.map((run) => run.slice(1)) })],
  ]
  test.each(lies)('of a claim with %s is answered, and the claim shown to be wrong by it', async (_, rule, lie) => {
    const { rig, contester } = withheld()
    const lying = [lie(rig.built[2]!), rig.built[3]!]
    const last = rig.built[3]!.block.header
    rig.l2.reorganise(1, [])
    rig.claims.pop()
    const claim = rig.claim(...lying)
    Object.assign(claim.claim, { lastHeader: last })
    rig.core.lost.add(keyOf(claim.claim.core.pointer))
    rig.witness.lost.add(keyOf(claim.claim.witness.pointer))
    rig.built.splice(2, rig.built.length, ...lying)
    const node = await started(rig, asking)
    const all = [0, 1].flatMap((part) => [0, 1].map((block) => ({ part, block, page: 0 })))
    challenged(rig, contester.address, all)
    answered(rig, all)
    await until('the proof', () => contester.proofs.length > 0)
    expect(contester.proofs[0]).toMatchObject({ kind: ProofKind.malformed })
    expect(contester.proofs[0]!.proof[0]).toBe(rule)
    await node.state('wrong')
  })
})

const segmentsIn = ({ block }: BuiltBlock): bigint => BigInt(block.runs.flatMap(({ segments }) => segments).length)

const hundredfold = <Value>(list: readonly Value[]): Value[] => Array.from({ length: 100 }, () => list).flat()

/** More segments than the header counts. */
function longer(of: BuiltBlock): BuiltBlock {
  const runs = of.block.runs.map((run) => ({ ...run, segments: hundredfold(run.segments) }))
  return { ...of, block: { header: { ...of.block.header, runsRoot: runsRoot(runs) }, runs } }
}

function withRuns(of: BuiltBlock, change: (runs: Block['runs']) => Block['runs']): BuiltBlock {
  const runs = change(of.block.runs)
  const header = {
    ...of.block.header,
    runsRoot: runsRoot(runs),
    segmentCount: of.block.header.segmentCount - segmentsIn(of),
  }
  return { ...of, block: { header, runs } }
}
