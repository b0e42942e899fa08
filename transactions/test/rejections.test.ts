import { HttpRequestError, RpcRequestError, TransactionRejectedRpcError } from 'viem'
import { describe, expect, test } from 'vitest'
import { readRejection } from '../src/rejections.ts'

const refusal = (message: string, data?: unknown): RpcRequestError =>
  new RpcRequestError({ body: {}, url: 'http://l2', error: { code: -32000, message, data } })

describe('rejections', () => {
  test.each([
    ['already known', 'accepted'],
    ['transaction already imported', 'accepted'],
    ['AlreadyKnown', 'accepted'],
    ['nonce too low: next nonce 5, tx nonce 4', 'nonceUsed'],
    ['OldNonce', 'nonceUsed'],
    ['replacement transaction underpriced', 'underpriced'],
    ['transaction underpriced: tip needed 1, tip permitted 0', 'underpriced'],
    ['FeeTooLowToCompete', 'underpriced'],
    ['insufficient funds for gas * price + value', 'refused'],
    ['intrinsic gas too low', 'refused'],
    ['exceeds block gas limit', 'refused'],
    ['max fee per gas less than block base fee: address 0x1', 'underpriced'],
  ])('rejections › "%s" is %s', (message, kind) => {
    expect(readRejection(refusal(message))).toMatchObject({ kind })
    expect(readRejection(new TransactionRejectedRpcError(refusal(message)))).toMatchObject({ kind })
  })

  test.each([
    ['words never heard', refusal('service restarting')],
    ['a failed request', new HttpRequestError({ url: 'http://l2', details: 'nonce too low', status: 502 })],
    ['anything else', new Error('nonce too low')],
  ])('rejections › %s is no certain answer', (_, error) => {
    expect(readRejection(error)).toBeUndefined()
  })
})
