import { contactDirectoryAbi, publicInboxAbi } from '@parley/contracts'
import { type Abi, encodeErrorResult, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { contractErrorCodes } from '../src/l2/contract-faults.ts'
import { refusalOf } from '../src/l2/failures.ts'

const contract = `0x${'ab'.repeat(20)}` as const
const abi: Abi = [...contactDirectoryAbi, ...publicInboxAbi]
const samples: Readonly<Record<string, unknown>> = {
  address: `0x${'Ab'.repeat(20)}`.toLowerCase(),
  bytes32: `0x${'07'.repeat(32)}`,
}

/** Fields of each fault, as the union in the source has them. */
const fields: Readonly<Record<string, readonly string[]>> = {
  REGISTRATION_FEE_WRONG: ['value', 'fee'],
  IDENTITY_REGISTERED: ['identity'],
  IDENTITY_UNREGISTERED: ['identity'],
  IDENTITY_DEACTIVATED: ['identity'],
  IDENTITY_NOT_YOURS: ['identity', 'actor'],
  BUNDLE_FULL: ['identity', 'max'],
  BUNDLE_LACKS: ['identity', 'name'],
  SIGNATURE_EXPIRED: ['deadline'],
  SIGNATURE_REFUSED: ['signer'],
  INVITE_DELIVERED: ['recipient', 'contentDigest', 'sequence'],
  INVITE_BLOCKED: ['recipient', 'account'],
  INVITE_REFUSED: ['recipient', 'gate'],
  INVITE_FEE_ABOVE_MAX: ['fee', 'maxFee'],
  INVITE_UNPAID: ['available', 'fee'],
  INVITE_NOT_RELAYER: ['caller', 'relayer'],
  GATE_INVALID: ['gate'],
}

describe('contract faults', () => {
  test.each(Object.entries(contractErrorCodes))('contract faults › %s is %s, with its arguments', (errorName, code) => {
    const item = abi.find((each) => each.type === 'error' && each.name === errorName)
    const inputs = item?.type === 'error' ? item.inputs : []
    const args = inputs.map(({ type }) => samples[type] ?? 7n)
    const fault = refusalOf(encodeErrorResult({ abi, errorName, args }), { address: contract })
    expect(fault.code).toBe(code)
    expect(Object.keys(fault).filter((name) => name !== 'code')).toEqual(fields[code])
  })

  test.each([
    ['no data', '0x', 'reverted without data'],
    ['an error of another contract', '0x01020304', 'reverted with 0x01020304'],
  ])('contract faults › a revert with %s is no contract of ours', (_, data, reason) => {
    expect(refusalOf(data as Hex, { address: contract })).toEqual({
      code: 'CONTRACT_UNKNOWN',
      contract,
      reason: expect.stringContaining(reason),
    })
  })
})
