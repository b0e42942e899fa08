import { revertData } from '@parley/http'
import { RpcRequestError } from 'viem'
import { describe, expect, test } from 'vitest'
import { describeRevert } from '../src/reverts.ts'

const refusal = (message: string, data?: unknown): RpcRequestError =>
  new RpcRequestError({ body: {}, url: 'http://l2', error: { code: -32000, message, data } })

describe('reverts', () => {
  test('reverts › an error of the contracts is told by name and arguments', () => {
    expect(describeRevert('0x')).toBe('reverted without data')
    expect(describeRevert('0xdeadbeef')).toBe('reverted with 0xdeadbeef')
    expect(describeRevert(`0x08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6869'.padEnd(64, '0')}`)).toBe(
      'Error(hi)',
    )
  })

  test('reverts › data is found however the node wraps it, and a refusal without data is none', () => {
    expect(revertData(refusal('execution reverted', '0x1234'))).toBe('0x1234')
    expect(revertData(refusal('execution reverted', { data: '0x1234' }))).toBe('0x1234')
    expect(revertData(refusal('header not found'))).toBeUndefined()
    expect(revertData(new Error('execution reverted'))).toBeUndefined()
  })
})
