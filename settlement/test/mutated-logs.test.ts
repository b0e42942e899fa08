import { rollupAbi } from '@parley/contracts'
import type { EventBlock, RawLog } from '@parley/l2'
import { type BatchClaim, BlockHeaderType, SettlementError, sameBytes } from '@parley/protocol'
import { type AbiEvent, bytesToHex, encodeAbiParameters, encodeEventTopics, type Hex, hexToBytes, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { claimHash, claimToAbi } from '../src/claims/convert.ts'
import { type Continuity, follows, nothingSeen } from '../src/events/continuity.ts'
import { decodeLog, type Told } from '../src/events/decode-log.ts'

const addresses = { inbox: toHex(1, { size: 20 }), rollup: toHex(2, { size: 20 }) } as const
const block: EventBlock = {
  blockNumber: 9n,
  blockHash: new Uint8Array(32).fill(9),
  parentHash: new Uint8Array(32).fill(8),
  timestamp: 77n,
}

function claimOf(number: bigint, parent: Uint8Array): BatchClaim {
  const part = { layer: 0, pointer: new Uint8Array([1, 2, 3]) }
  return {
    number,
    parent,
    lineage: new Uint8Array(32).fill(3),
    coreRoot: new Uint8Array(32).fill(4),
    witnessRoot: new Uint8Array(32).fill(5),
    lastHeader: { ...BlockHeaderType.defaultValue(), number: number * 10n },
    core: part,
    witness: part,
    windows: { challenge: 10, data: 9, answer: 3, proof: 2 },
    claimer: new Uint8Array(20).fill(6),
    claimedAt: 77n,
  }
}

const claims = [claimOf(4n, new Uint8Array(32).fill(7))]
claims.push(claimOf(5n, claimHash(claims[0] as BatchClaim)))
const [four, five] = claims as [BatchClaim, BatchClaim]
const hashOf = (claim: BatchClaim): Hex => bytesToHex(claimHash(claim))
const word = (value: number): Hex => toHex(value, { size: 32 })

/** A log as the rollup emits it. */
function logOf(eventName: string, args: Readonly<Record<string, unknown>>): RawLog {
  const event = rollupAbi.find((each): each is AbiEvent & typeof each => 'name' in each && each.name === eventName)
  const inputs = (event as AbiEvent).inputs.filter(({ indexed }) => indexed !== true)
  const topics = encodeEventTopics({ abi: [event as AbiEvent], eventName, args } as never) as Hex[]
  const values = inputs.map(({ name }) => args[name as string])
  return { address: addresses.rollup, topics, data: encodeAbiParameters(inputs, values), logIndex: 0 }
}

const claimed = (claim: BatchClaim): RawLog =>
  logOf('Claimed', { number: claim.number, hash: hashOf(claim), claim: claimToAbi(claim) })
const rescued = (claim: BatchClaim): RawLog => {
  const items = [{ preRoot: word(1), item: 2n, postRoot: word(3) }]
  return logOf('Rescued', { number: claim.number, hash: hashOf(claim), runs: [{ shard: 3, items }] })
}
const place = { part: 1, block_: 2, page: 0 }

const logs: Readonly<Record<string, RawLog>> = {
  Claimed: claimed(five),
  Rescued: rescued(five),
  Removed: logOf('Removed', { standing: 4n, hash: hashOf(four), lineage: word(9), reason: '0x00000001' }),
  Finalized: logOf('Finalized', { number: 4n, hash: hashOf(four) }),
  DataChallenged: logOf('DataChallenged', {
    number: 5n,
    hash: hashOf(five),
    place,
    challenger: addresses.inbox,
    deadline: 99n,
    deposit: 1n,
  }),
  DataAnswered: logOf('DataAnswered', {
    number: 5n,
    hash: hashOf(five),
    place,
    data: '0x010203',
    answerer: addresses.inbox,
    paid: 1n,
  }),
}

/** The code of what it throws, or what it says. */
function read(log: RawLog): string | Told {
  try {
    return decodeLog(log, addresses)
  } catch (error) {
    expect(error).toBeInstanceOf(SettlementError)
    return (error as SettlementError).fault.code
  }
}

const flip = (hex: Hex, byte: number, bit: number): Hex => {
  const bytes = hexToBytes(hex)
  bytes[byte] = (bytes[byte] as number) ^ (1 << bit)
  return bytesToHex(bytes)
}
const cut = (hex: Hex, bytes: number): Hex => hex.slice(0, Math.max(2, hex.length - 2 * bytes)) as Hex

describe.each(Object.entries(logs))('%s', (name, log) => {
  test('is read as the contract emits it', () => {
    expect(read(log)).toMatchObject({ kind: expect.any(String) })
  })

  test('of a foreign contract, under another topic, with topics too many or too few, or cut or prolonged, is EVENT_INVALID', () => {
    const { topics, data } = log
    const bytes = (data.length - 2) / 2
    const wrong: RawLog[] = [
      { ...log, address: toHex(3, { size: 20 }) },
      { ...log, address: addresses.inbox },
      { ...log, topics: [] },
      { ...log, topics: topics.slice(1) },
      { ...log, topics: topics.slice(0, -1) },
      { ...log, topics: [...topics, word(1)] },
      { ...log, data: `${data}00` },
      { ...log, data: `${data}${'00'.repeat(32)}` },
      ...[1, 31, 32, bytes >> 1, bytes]
        .filter((each) => each <= bytes && each > 0)
        .map((each) => ({ ...log, data: cut(data, each) })),
      ...[0, 15, 31].map((byte) => ({ ...log, topics: topics.with(0, flip(topics[0] as Hex, byte, 3)) })),
    ]
    for (const [i, each] of wrong.entries()) expect(read(each), `${i}`).toBe('EVENT_INVALID')
  })

  test('with any bit flipped is EVENT_INVALID, or says something else that its field can be', () => {
    const right = read(log)
    // Why claims were removed nobody reads.
    const unread = name === 'Removed' ? 32 : 0
    const bytes = (log.data.length - 2) / 2 - unread
    for (let byte = 0; byte < bytes; byte += 1)
      for (const bit of [0, 7]) {
        const told = read({ ...log, data: flip(log.data, byte, bit) })
        if (typeof told === 'string') expect(told).toBe('EVENT_INVALID')
        // What cannot be told from its field alone never reads as what was emitted.
        else expect(told).not.toEqual(right)
      }
  })
})

test('Claimed › with a bit flipped anywhere, in its topics too, is EVENT_INVALID: it names its own hash', () => {
  const log = logs.Claimed as RawLog
  const bytes = (log.data.length - 2) / 2
  for (let byte = 0; byte < bytes; byte += 1)
    expect(read({ ...log, data: flip(log.data, byte, byte % 8) })).toBe('EVENT_INVALID')
  for (const [i, topic] of log.topics.entries())
    for (let byte = 0; byte < 32; byte += 1)
      expect(read({ ...log, topics: log.topics.with(i, flip(topic as Hex, byte, 0)) })).toBe('EVENT_INVALID')
})

describe('a sequence', () => {
  const four4: Continuity = { ...nothingSeen, claim: { number: 4n, hash: claimHash(four) }, final: 3n }
  const seen = (before: Continuity, ...all: RawLog[]): Continuity =>
    all.reduce((now, log) => follows(now, decodeLog(log, addresses), block).after, before)
  const codeOf = (before: Continuity, ...all: RawLog[]): string | undefined => {
    try {
      seen(before, ...all)
      return undefined
    } catch (error) {
      return (error as SettlementError).fault.code
    }
  }
  const { Removed: removed, Finalized: final } = logs as { Removed: RawLog; Finalized: RawLog }

  test('as the contract emits it is followed', () => {
    expect(codeOf(four4, claimed(five), rescued(five), final)).toBeUndefined()
    expect(codeOf(four4, claimed(five), removed, claimed(five))).toBeUndefined()
    // After a reorganisation nothing is known of what came before.
    expect(codeOf(nothingSeen, claimed(five), rescued(five))).toBeUndefined()
  })

  test.each([
    ['the same claim twice', [claimed(five), claimed(five)]],
    ['a claim after one that it does not follow', [claimed(claimOf(5n, new Uint8Array(32)))]],
    ['an earlier claim', [claimed(four)]],
    ['a rescue before its claim', [rescued(five), claimed(five)]],
    ['a rescue of the claim before', [claimed(five), rescued(four)]],
    ['a rescue of a claim that was removed', [claimed(five), removed, rescued(five)]],
    ['the same finality twice', [final, final]],
    [
      'a removal of what is final',
      [claimed(five), final, logOf('Removed', { standing: 3n, hash: word(1), lineage: word(9), reason: '0x00000001' })],
    ],
    [
      'a removal that leaves more than there is',
      [logOf('Removed', { standing: 5n, hash: word(1), lineage: word(9), reason: '0x00000001' })],
    ],
  ])('with %s is EVENT_INVALID', (_what, all) => {
    expect(codeOf(four4, ...all)).toBe('EVENT_INVALID')
  })

  test('after a reorganisation in which a rescue comes first is EVENT_INVALID', () => {
    expect(codeOf(nothingSeen, rescued(five))).toBe('EVENT_INVALID')
    expect(sameBytes(claimHash(four), five.parent)).toBe(true)
  })
})
