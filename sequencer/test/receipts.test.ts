import type { Outcome } from '@parley/execution'
import { MessageReceiptType, messageReceiptBytes, refusalNumbers, type TransitionFault } from '@parley/protocol'
import { expect, test } from 'vitest'
import { answerOf } from '../src/ingress/outcome.ts'
import { halvesOf, Receipts } from '../src/ingress/receipts.ts'

const refused = (fault: TransitionFault): Outcome => ({ accepted: false, fault })

const cases: [Outcome, { refusal: number; block: bigint; value: bigint }][] = [
  [
    { accepted: true, block: 2n ** 64n - 1n, position: 7n },
    { refusal: 0, block: 2n ** 64n - 1n, value: 7n },
  ],
  [refused({ code: 'NONCE_MISMATCH', expected: 9n, received: 8n }), { refusal: 6, block: 0n, value: 9n }],
  [refused({ code: 'EPOCH_MISMATCH', expected: 4n, received: 3n }), { refusal: 7, block: 0n, value: 4n }],
  [refused({ code: 'PRICE_OVER_LIMIT', price: 5n, limit: 3n }), { refusal: 8, block: 0n, value: 3n }],
  [refused({ code: 'ALLOWANCE_TOO_LOW', price: 5n, allowance: 2n }), { refusal: 9, block: 0n, value: 2n }],
  [refused({ code: 'BALANCE_TOO_LOW', needed: 5n, balance: 1n }), { refusal: 10, block: 0n, value: 1n }],
  [refused({ code: 'SIGNATURE_COUNT', expected: 3, received: 1 }), { refusal: 18, block: 0n, value: 3n }],
  [refused({ code: 'SIGNATURE_INVALID', index: 0 }), { refusal: 19, block: 0n, value: 0n }],
]

function receiptsOf(outcomes: readonly Outcome[]): Receipts {
  const receipts = new Receipts(outcomes.length)
  outcomes.forEach((outcome, i) => {
    if (!outcome.accepted) receipts.refuse(i, outcome.fault)
    else {
      const position = halvesOf(outcome.position)
      receipts.accept(i, halvesOf(outcome.block), position.low, position.high)
    }
  })
  return receipts
}

test('receipts › are the concatenation of SSZ receipts', () => {
  const { bytes } = receiptsOf(cases.map(([outcome]) => outcome))
  expect(bytes.length).toBe(messageReceiptBytes * cases.length)
  cases.forEach(([, receipt], i) => {
    const own = bytes.subarray(i * messageReceiptBytes, (i + 1) * messageReceiptBytes)
    expect(Buffer.from(MessageReceiptType.serialize(receipt)).equals(own)).toBe(true)
  })
  expect(new Set(Object.values(refusalNumbers)).size).toBe(Object.keys(refusalNumbers).length)
})

test('answerOf › names the fault and what it expected', () => {
  expect(answerOf(cases[0]![0])).toEqual({ accepted: true, block: 2n ** 64n - 1n, position: 7n })
  expect(answerOf(cases[1]![0])).toMatchObject({
    accepted: false,
    fault: { code: 'NONCE_MISMATCH', expected: '9', received: '8', retry: 'changed', blame: 'sender' },
  })
})

test('receipts › give the outcomes back', () => {
  const outcomes = cases.map(([outcome]) => outcome)
  expect(receiptsOf(outcomes).outcomes()).toEqual(outcomes)
})

test('receipts › count signatures that do not hold and nothing else', () => {
  expect(receiptsOf(cases.map(([outcome]) => outcome)).junk).toBe(1)
})
