import { expect, test } from 'vitest'
import { BlockError, CodecError, DaError, TransitionError } from '../src/index.ts'

test('coded error › carries its fault, and its message names every field', () => {
  const error = new TransitionError({ code: 'NONCE_MISMATCH', expected: 2n ** 60n, received: 3n })
  expect(error.name).toBe('TransitionError')
  expect(error.fault).toEqual({ code: 'NONCE_MISMATCH', expected: 2n ** 60n, received: 3n })
  expect(error.meaning).toMatchObject({ blame: 'sender', retry: 'changed' })
  expect(error.message).toBe('NONCE_MISMATCH: the nonce is not the next one (expected 1152921504606846976, received 3)')
})

test('coded error › is plain data as JSON: integers as decimal text, bytes as hex', () => {
  const pointer = new Uint8Array([1, 255])
  expect(new DaError({ code: 'DA_MISSING', layer: 'local', pointer }).toJSON()).toEqual({
    code: 'DA_MISSING',
    message: 'the layer does not have the data now',
    blame: 'layer',
    retry: 'later',
    layer: 'local',
    pointer: '0x01ff',
  })
  expect(new TransitionError({ code: 'PRICE_OVER_LIMIT', price: 2n ** 63n, limit: 1n }).toJSON()).toMatchObject({
    price: '9223372036854775808',
  })
})

test('coded error › a fault within a fault stays readable', () => {
  const fault = { code: 'SIGNATURE_INVALID', index: 0 } as const
  const error = new BlockError({ block: 5n, shard: 3, segment: 1, code: 'SEGMENT_INVALID', entry: 17, fault })
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({ block: '5', entry: 17, fault })
})

test('coded error › keeps its cause', () => {
  const cause = new Error('inner')
  expect(new CodecError({ code: 'CODEC_TRAILING', part: 'core', bytes: 1 }, { cause }).cause).toBe(cause)
})
