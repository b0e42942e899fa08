import { type BlockSkeleton, CodecError, encodeCore, encodeWitness, OperationKind } from '@parley/protocol'
import { expect, test } from 'vitest'
import { summarize } from '../src/inspect/payload.ts'

const root = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const withdraw = { selector: OperationKind.withdraw, value: { shard: 3, account: 0, nonce: 1n, amount: 5n } } as const
const block: BlockSkeleton = {
  timestamp: 1_000n,
  inboxCount: 1n,
  stateRoot: root(1),
  runs: [
    {
      shard: 3,
      segments: [
        { body: { selector: 2, value: 0n }, postRoot: root(2) },
        { body: { selector: 1, value: withdraw }, postRoot: root(3) },
        { body: { selector: 0, value: [{ conversation: 0, member: 0, content: root(9) }] }, postRoot: root(4) },
      ],
    },
  ],
} as const
const core = encodeCore([
  { ...block, runs: block.runs.map((run) => ({ ...run, segments: [...run.segments] })) } as never,
])
const signature = new Uint8Array(64).fill(5)
const witness = encodeWitness([[[[], [signature], [signature]]]])

test('payload › says what each block of a batch holds', () => {
  expect(summarize(core, witness)).toEqual({
    coreBytes: core.length,
    witnessBytes: witness.length,
    blocks: [
      {
        timestamp: 1_000n,
        inboxCount: 1n,
        stateRoot: root(1),
        shards: 1,
        segments: 3,
        messages: 1,
        operations: { withdraw: 1 },
        inboxItems: 1,
        signatures: 2,
      },
    ],
  })
  expect(summarize(core, undefined).blocks[0]?.signatures).toBeUndefined()
})

test('payload › refuses what does not decode', () => {
  expect(() => summarize(core.subarray(0, -1), undefined)).toThrow(CodecError)
  expect(() => summarize(core, witness.subarray(0, -1))).toThrow(CodecError)
})
