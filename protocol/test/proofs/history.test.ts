import { describe, expect, test } from 'vitest'
import { findHistoryGap, type HistoryEntry, noSponsor, Role } from '../../src/index.ts'
import { digestOf } from '../support/keys.ts'
import { begin, record } from '../support/record.ts'
import { config, keys, noChange } from '../support/world.ts'

const recorded = record()
const { conversation } = recorded
const history: readonly HistoryEntry[] = recorded.history
const gapIn = (entries: readonly HistoryEntry[], founders = 3) =>
  findHistoryGap(config.chainId, conversation, founders, entries)

describe('findHistoryGap', () => {
  test('history › that is whole has no gap, through two uses of one slot', () => {
    expect(gapIn(history)).toBeUndefined()
    expect(conversation.members[1]).toMatchObject({ role: Role.none, sponsor: noSponsor })
    // 1 from its founding, 4 messages, and 5 changes: removed, added, removed, added, left.
    expect(conversation.members[1]!.nonce).toBe(1n + 4n + 5n)
  })

  test.each(history.map((entry, at) => ({ at, kind: entry.kind })))(
    'history › without entry $at, a $kind, has a gap',
    ({ at, kind }) => {
      expect(gapIn(history.toSpliced(at, 1))?.kind).toBe(kind === 'message' ? 'count' : 'head')
    },
  )

  test.each(history.slice(1).map((_, at) => ({ at })))(
    'history › with entries $at and the next swapped has a gap',
    ({ at }) => {
      const swapped = history.with(at, history[at + 1]!).with(at + 1, history[at]!)
      expect(gapIn(swapped)).toMatchObject({ kind: 'head' })
    },
  )

  test('history › with an altered content, member, change or epoch has a gap', () => {
    const bent: HistoryEntry[][] = [
      history.with(0, { kind: 'message', member: 1, content: digestOf('uno') }),
      history.with(0, { kind: 'message', member: 2, content: digestOf('one') }),
      history.with(3, { kind: 'change', change: { ...noChange, conversation: 1, epoch: 0n, remove: [{ slot: 2 }] } }),
      history.with(3, { kind: 'change', change: { ...noChange, conversation: 1, epoch: 7n, remove: [{ slot: 1 }] } }),
    ]
    for (const each of bent) expect(gapIn(each)).toMatchObject({ kind: 'head' })
  })

  test('history › with a forged or a repeated entry has a gap', () => {
    const forged: HistoryEntry = { kind: 'message', member: 0, content: digestOf('forged') }
    const mute: HistoryEntry = { kind: 'change', change: { ...noChange, conversation: 1, epoch: 4n } }
    expect(gapIn([...history, forged])).toEqual({ kind: 'count', expected: 5n, received: 6n })
    expect(gapIn([...history, history[0]!])).toMatchObject({ kind: 'count' })
    expect(gapIn([...history, mute])).toMatchObject({ kind: 'head' })
    expect(gapIn([])).toMatchObject({ kind: 'count', received: 0n })
  })

  test('history › with another number of founders has a gap', () => {
    expect(gapIn(history, 1)).toMatchObject({ kind: 'head' })
  })

  test('history › of another chain has a gap', () => {
    expect(findHistoryGap(config.chainId + 1n, conversation, 3, history)).toMatchObject({ kind: 'head' })
  })

  test('history › with entries that digests would cut to the true ones has a gap', () => {
    const wide = (entry: HistoryEntry): HistoryEntry => {
      if (entry.kind === 'message') return entry.member === 1 ? { ...entry, member: 65_537 } : entry
      const { change: of } = entry
      const widen = <E extends { slot: number }>(list: E[]): E[] =>
        list.map((each) => (each.slot === 1 ? { ...each, slot: 65_537 } : each))
      return { kind: 'change', change: { ...of, remove: widen(of.remove), add: widen(of.add) } }
    }
    expect(gapIn(history.map(wide))).toMatchObject({ kind: 'head' })
    // A conversation whose slot 1 was added later starts at nonce 0, where a slot beyond the founders starts too.
    const late = begin(1)
    late.alter(
      { add: [{ slot: 1, key: keys.newcomer.name, role: Role.member, allowance: 0n, priceLimit: 0n }] },
      keys.admin,
      keys.newcomer,
    )
    late.fund(1)
    late.say(1, 'late', keys.newcomer)
    const lateGap = (entries: readonly HistoryEntry[]) =>
      findHistoryGap(config.chainId, late.conversation(), 1, entries)
    expect(lateGap(late.history)).toBeUndefined()
    expect(lateGap(late.history.map(wide))).toMatchObject({ kind: 'head' })
    const [first] = history
    const padded = { ...first!, content: new Uint8Array(31) } as HistoryEntry
    expect(gapIn(history.with(0, padded))).toMatchObject({ kind: 'head' })
  })
})
