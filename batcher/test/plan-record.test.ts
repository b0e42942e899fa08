import { readFileSync } from 'node:fs'
import { BlockHeaderType, type DaToken } from '@parley/protocol'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { deserializePlan, serializePlan } from '../src/plan-record.ts'
import { createPlanStore } from '../src/plan-store.ts'

const first = JSON.parse(readFileSync(new URL('vectors/plan-1.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>
const recordOf = (name: string): Uint8Array => Uint8Array.from(Buffer.from(first[name] as string, 'hex'))
const fill = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)

/** What the records of version 1 say. */
const planned = (number: bigint) => ({
  number,
  first: 7n,
  parent: fill(32, 3),
  lastHeader: { ...BlockHeaderType.defaultValue(), number: 9n },
  signature: fill(65, 4),
  messages: 0n,
  core: {
    digest: fill(32, 5),
    bytes: 50n,
    root: fill(32, 6),
    published: { layer: 1, pointer: fill(49, 6), height: 77n, cost: { token: 'eth', amount: 123_456_789n } as const },
    begun: [],
  },
  witness: { digest: fill(32, 8), bytes: 80n, root: fill(32, 9), published: undefined, begun: [] },
})

describe('plan records', () => {
  test.each([
    ['number1', 1n],
    // Its first byte is what a version would be, and those of 512 begin with a zero.
    ['number2', 2n],
    ['number512', 512n],
  ] as const)('version 1 › %s is read, and written as version 2', (name, number) => {
    const plan = deserializePlan(recordOf(name))
    expect(plan).toEqual(planned(number))
    const written = serializePlan(plan)
    expect([...written.subarray(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 2])
    expect(deserializePlan(written)).toEqual(plan)
  })

  test.each(['none', 'eth', 'l2-eth', 'tia'] satisfies DaToken[])('version 2 › an amount in %s comes back', (token) => {
    const plan = planned(3n)
    const paid = {
      ...plan,
      core: { ...plan.core, published: { ...plan.core.published, cost: { token, amount: 2n ** 200n } } },
      witness: { ...plan.witness, begun: [1, 5] },
    }
    expect(deserializePlan(serializePlan(paid))).toEqual(paid)
  })

  test('a version that is not known › is refused, not guessed at', async () => {
    const bytes = serializePlan(planned(3n))
    bytes[8] = 3
    expect(() => deserializePlan(bytes)).toThrow('version 3')
    const db = new MemoryLevel<string, string>()
    const key = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3)
    await db.sublevel<Uint8Array, Uint8Array>('plan', { keyEncoding: 'view', valueEncoding: 'view' }).put(key, bytes)
    await expect(createPlanStore(db).from(3n)).rejects.toMatchObject({ fault: { code: 'PLAN_INVALID', batch: 3n } })
  })

  test('a token that is not known › is refused', () => {
    const bytes = serializePlan({ ...planned(3n), number: 3n })
    const at = Buffer.from(bytes).indexOf(Buffer.of(0x15, 0xcd, 0x5b, 0x07)) - 1
    bytes[at] = 9
    expect(() => deserializePlan(bytes)).toThrow('token 9')
  })
})
